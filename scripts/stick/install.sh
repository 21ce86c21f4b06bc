#!/bin/sh
# Start install.py with a Python that the stick has packages for.
here=$(cd "$(dirname "$0")" && pwd)
for version in 3.13 3.12 3.11; do
  found=$(ls "$here"/wheels/*-$version.txt 2>/dev/null)
  python=$(command -v "python$version" 2>/dev/null)
  if [ -n "$found" ] && [ -n "$python" ] && "$python" -c "import ensurepip" 2>/dev/null; then
    exec "$python" "$here/install.py" "$@"
  fi
done
echo "No Python 3.11, 3.12 or 3.13 with venv was found. On macOS, open the installer in the folder"
echo "python of this stick. On Debian and Ubuntu: sudo apt install python3-venv. Then start this again."
exit 1
