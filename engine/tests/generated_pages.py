"""Pages that no author would write all at once, and every author writes in part.

Page number n is the same in every run. What stands below its blocks is often stale or missing:
recording has to mend it.
"""

import random

TEXTS = [
    "plain words",
    "a `code` word, *stress* and **more**",
    "5 < 6 & 7 > 3; 100 % \\\\ done",
    "Größe 漢字 🌱 e\u0301 \u202eabc\u202c",
    "costs $5, and $6 more",
    "see [the next page](%NEXT%.md), [a section](#begin) or <https://example.org/a_b>",
    "a footnote[^one] and [a shared link][shared]",
    "math such as $a_1 < b^2$ in a sentence",
    "don't say \"never\" -- or '...' --- so",
    "&amp; &lt;b&gt; <b>bold</b> <br> <!-- a remark -->",
    "a line that ends in two blanks  \nand goes on",
    "an escaped \\* star \\_ and {braces} {{ twice }} {% so %}",
    "| not a table",
    "1) not code, `a``b`, ``c ` d``",
    "\\(x\\) and $$y$$",
    "a {{lesson}} {ref}`role` `{not} a role`",
    "% no remark",
    "(target)=",
    "+++",
    "a | b, and https://example.org/bare",
    "word " * 60,
]
PRINTED = [
    "plain",
    "two\\nlines",
    "``` three ticks",
    "````output\\n```\\n````",
    "::: challenge",
    ":::",
    "<!-- claim: 1 -->",
    "-->",
    "# a heading",
    "- an item",
    "> a quotation",
    "    four blanks",
    "\\ttab",
    "trailing blanks   ",
    "\\n\\nempty lines\\n\\n",
    "<b>html</b> & <script>alert(1)</script>",
    "$x$ and $$y$$",
    "\\x1b[31mred\\x1b[0m",
    "0 %\\r50 %\\r100 %",
    "漢字 é 😀 \\u202e",
    "at 0x7f3b1e5d9c10",
    "---\\ntitle: no\\n---",
    "[a]: https://a.org",
    "&nbsp;&#64;",
    "\\x0c\\x0b\\x85\\u2028\\xa0",
    "~~~",
    "| a | b |\\n|---|---|",
    "{{ x }} {% y %}",
    "",
    "3.14 1e-17 nan inf",
]
CODE = [
    "{v} = 3\n{v} * 2",
    "print('{p}')",
    'print("""{p}""", end="")',
    "print('{p}'); print('{p2}')",
    "import sys\nprint('{p}', file=sys.stderr)",
    "import sys\nprint('{p}')\nprint('{p2}', file=sys.stderr)",
    "import warnings\nwarnings.warn('be careful: {p}')",
    "{v} = {{'a': [1, 2.5, None], 'b': {{'c': '{p}'}}}}\n{v}",
    "'{p}'",
    "[n ** 2 for n in range(60)]",
    'def {v}(text):\n    """Repeat.\n\n    More.\n    """\n    return text * 2\n\n\n{v}("ab")',
    "class {V}:\n    def __repr__(self):\n        return '<{V} {p}>'\n\n\n{V}()",
    "class {V}:\n    def _repr_html_(self):\n        return '<table><tr><td>{p}</td></tr>"
    "</table>'\n\n    def __repr__(self):\n        return '{V}: {p}'\n\n\n{V}()",
    "from IPython.display import display\ndisplay(1, '{p}')\n2",
    "display([1, 2])",
    "from IPython.display import HTML, Markdown\nHTML('<b>{p}</b>')",
    "from IPython.display import Markdown\nMarkdown('**{p}**')",
    "from IPython.display import clear_output\n"
    "for n in range(3):\n    clear_output(wait=True)\n    print(n)",
    "%matplotlib inline\n{v} = 1",
    "%time {v} = 5\n{v}",
    "%%capture\nprint('{p}')\n{v} = 6",
    "!echo hello",
    "for n in range(2):\n    !echo {{n}}",
    "%%bash\nfor n in 1 2; do echo $n; done",
    "%%writefile {v}.txt\nText {p}",
    "if True:\n    %precision 3\n3.14159",
    "%precision %r",
    "# only a comment",
    "",
    "\n\n{v} = '''\n  inside\n# %% not a cell\n'''\n{v}",
    "{v} = f'''\n  {{1 + 1}}\n{p}\n'''\nprint({v})",
    "import random\nrandom.seed(1)\nrandom.random()",
    "object()",
    "lambda: 0",
    "{v} = 1;",
    "{v} = (\n    7\n    %2\n)\n{v}",
    "open('{v}.txt', 'w').write('{v}')\nopen('{v}.txt').read()",
    "import time\n{v} = time.time() > 0\n{v}",
    "import logging\nlogging.warning('{p}')",
    "for number in range(400):\n    print(number, end=' ')",
    "print('x' * 500)",
    "assert True\n...",
    "{v}: int = 4\n{v} @ 1 if False else {v}",
    "async def {v}():\n    return 3",
    "import sys\nsys.stdout.write('no end')\nNone",
    "with open('{v}', 'w') as file:\n    print('{p}', file=file)",
    "print(__name__)",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    print('caught', error)",
]
FAILING = [
    ("1 / 0", "ZeroDivisionError: division by zero"),
    ("{v} = [1]\n{v}[5]", "IndexError: list index out of range"),
    ("def {v}():\n    '''A\n  text.'''\n    raise ValueError('{p}')\n\n\n{v}()", "ValueError: no"),
    ("print(total", "SyntaxError: '(' was never closed"),
    ("for n in range(3):\nprint(n)", "IndentationError: expected an indented block"),
    ("class {V}(Exception):\n    pass\n\n\nraise {V}('{p}')", "{V}: no"),
    ("print('before')\nnot_there", "NameError: name 'not_there' is not defined"),
    ("import not_there", "ModuleNotFoundError: No module named 'not_there'"),
    ("raise KeyError('two\\nlines')", "KeyError: 'two'"),
    ("raise SystemExit(3)", "SystemExit: 3"),
    ("return 1", "SyntaxError: 'return' outside function"),
    ("%no_such_magic", "UsageError: no"),
    ("raise ValueError", "ValueError"),
    ("assert False", "AssertionError"),
]
FIGURE = (
    "import matplotlib.pyplot as plt\n\nfigure, axis = plt.subplots(figsize=(2, 1))\n"
    "axis.plot([1, {n}])\nplt.show()"
)
OTHERS = [
    "bash\nls -l",
    "r\nx <- c(1, 2)",
    "\nno language",
    "text\n```python\n1\n```",
    "json\n{}",
    "{r}\nx",
    "{note}\nx",
    "{.bash .x}\nls",
    "{#id}\nx",
]
TABS = "::: tab\n\n## First ##\n\n```bash\n# no heading\nls\n```\n\n## Second\n\n### More\n\n"
TABS += "## Empty\n\n## With a remark\n\n<!-- nobody sees it -->\n\n:::"
QUOTED_TABS = "> ::: group-tab\n>\n> ### A {n}\n>\n> #### no tab\n>\n> ### B\n>\n> b\n>\n> :::"
BOXES = [
    "callout", "caution", "checklist", "discussion", "testimonial", "prereq", "instructor",
    "spoiler",
]  # fmt: skip


class Page:
    """One page, written from its top to its bottom. Attributes: text, and pictures it draws."""

    def __init__(self, number, next_name):
        self.random = random.Random(number)
        self.number, self.next_name = number, next_name
        self.made, self.pictures = 0, []
        self.text = self.written()

    def pick(self, choices):
        return self.random.choice(choices)

    def chance(self, one_in):
        return self.random.randrange(one_in) == 0

    def words(self):
        return self.pick(TEXTS).replace("%NEXT%", self.next_name)

    def filled(self, code):
        self.made += 1
        names = {"v": f"value_{self.made}", "V": f"Kind{self.made}", "n": self.made}
        texts = {"p": self.pick(PRINTED), "p2": self.pick(PRINTED)}
        if "'''" in code or '"""' in code:
            texts["p"] = texts["p"].replace('"', "'")
        return code.format(**names, **texts) if "{" in code else code

    def fence(self, info, content):
        mark = self.pick(["```", "```", "```", "~~~", "````"])
        while mark in content:
            mark += mark[0]
        return f"{mark}{info}\n{content}\n{mark}"

    def block(self):
        """Code with what is, or was, or will be recorded below it."""
        if self.chance(6):
            code, error = self.pick(FAILING)
            names = {"V": f"Kind{self.made + 1}"}
            return "\n\n".join(
                [
                    self.fence("python", self.filled(code)),
                    *([self.fence("output", "stale")] if self.chance(3) else []),
                    self.fence("error", error.format(**names)),
                ]
            )
        if self.chance(25):
            name = f"fig/{self.number:04}_{len(self.pictures)}.png"
            self.pictures.append(name)
            picture = (
                f"![A {self.pick(['line', '$x$ & *y*'])}.]({name}){{.cell-output alt='a line'}}"
            )
            return self.fence("python", self.filled(FIGURE)) + "\n\n" + picture
        parts = [self.fence("python", self.filled(self.pick(CODE)))]
        if self.chance(4):
            parts.append(
                self.pick(
                    [
                        "<!-- tolerance: 0.01, because so -->",
                        "<!-- timeout: 60 -->",
                        "<!-- varies: because so -->",
                        '<!-- varies: "[a-z]+", because so -->',
                        "<!-- todo: more -->",
                    ]
                )
            )
        for kind in ("output", "warning"):
            if self.chance(4):
                parts.append(self.fence(kind, self.pick(["stale", "", "```\nstale\n```", "7"])))
        return "\n\n".join(parts)

    def claim(self):
        sentence = f"The sum is 7, {self.pick(['more', 'and *more*'])} than `6`."
        return f'{sentence}\n<!-- claim: str(3 + 4) -->\n<!-- claim "sum is 7": 3 + 4 == 7 -->'

    def other(self):
        return self.pick(
            [
                self.words(),
                self.words(),
                self.claim(),
                self.fence("", "").replace("\n\n", "\n") if self.chance(9) else self.words(),
                self.fence(*self.pick(OTHERS).split("\n", 1)),
                "| a | b \\| c |\n|---|:-:|\n| 1 | `x` |",
                f"![A {self.words()[:20]}](fig/plain.png){{alt='a grey square'}}".replace(
                    "[the", "the"
                ),
                "$$\nE = m c^2\n$$",
                "***",
                "Term\n: Its meaning.",
                TABS,
                QUOTED_TABS.format(n=self.made),
                "- [ ] to do\n- [x] done",
                f"<!-- run: hidden_{self.made} = '-- >' -->",
                f"<!-- run:\n\n  hidden_{self.made} = 1\n\n  if hidden_{self.made}:\n    2\n-->",
                "1. one\n\n   more of it\n2. two",
                "<details><summary>More</summary>\n\nhidden\n\n</details>",
            ]
        )

    def piece(self, depth=0):
        choice = self.random.randrange(12)
        if choice < 5:
            return self.block()
        if choice < 9 or depth > 2:
            return self.other()
        inner = "\n\n".join(self.piece(depth + 1) for _ in range(self.random.randint(1, 3)))
        if choice == 9:
            colons = ":" * self.random.randint(3, 30)
            return f"{colons} {self.pick(BOXES)}\n\n{self.title()}{inner}\n\n{colons}"
        if choice == 10:
            first, rest = self.pick([("- ", "  "), ("1. ", "   "), ("> ", "> ")])
            return first + inner.replace("\n", "\n" + rest).replace(
                "\n" + rest + "\n", "\n" + rest.rstrip() + "\n"
            )
        kind = self.pick(["tab", "group-tab"])
        return f"::: {kind}\n\n### One\n\n{inner}\n\n### Two\n\nText.\n\n:::"

    def title(self):
        self.made += 1
        return f"### Title {self.made} of *it*\n\n" if self.chance(2) else ""

    def challenge(self):
        self.made += 1
        name = f"answer_{self.made}"
        filled = f"{name} = 12 + {self.made}\nprint({name})"
        blanks = filled.replace("12", "_____")
        return (
            f"::: challenge\n\n### Try {self.made} (3 minutes)\n\n{self.words()}\n\n"
            f"```{{.python .skeleton}}\n{blanks}\n```\n\n::: hint\n\nTwelve.\n\n:::\n\n"
            f"::: solution\n\n{self.fence('python', filled)}\n\n{self.words()}\n\n:::\n\n:::"
        )

    def written(self):
        title = self.pick(
            ["Plain", "It's $5 & <b>", "'Q: \"why\"'", "a | b", "[x] (y) #1", "漢字 *stress*", "12"]
        )
        quoted = title if title.startswith("'") else '"' + title.replace('"', '\\"') + '"'
        parts = [
            f"---\ntitle: {quoted}\nteaching: {self.random.randint(0, 50)}\nexercises: 3\n---",
            f"::: questions\n\n{self.pick('-*+')} {self.words()}?\n\n:::",
            "::: objectives\n\n- Try it.\n\n:::",
            "## Begin",
        ]
        for section in range(self.random.randint(1, 3)):
            parts += [self.piece() for _ in range(self.random.randint(1, 4))]
            parts.append(f"## Section {section} of `code`")
        parts += [self.challenge(), "[^one]: A note.", "::: keypoints\n\n- Done.\n\n:::"]
        text = "\n\n".join(parts) + self.pick(["\n", "\n", "\n", "", "\n\n\n"])
        return text.replace("\n", "\r\n") if self.chance(12) else text
