@echo off
rem Start install.py with a Python that the stick has packages for.
for %%v in (3.13 3.12 3.11) do (
  if exist "%~dp0wheels\windows-%%v.txt" (
    py -%%v -c "import venv" >nul 2>nul && (
      py -%%v "%~dp0install.py" %*
      pause
      exit /b
    )
  )
)
echo No Python 3.11, 3.12 or 3.13 was found. Run the installer in the folder python of this stick,
echo then start this file again.
pause
