"""TeX as MathML, which browsers show without a script (docutils converts it)."""

import html
import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

# docutils aligns what has & in it without being told
LONG = 25  # signs: what is longer may not fit on a line of a phone, and a formula is not broken
ENVIRONMENT = re.compile(r"\\(?:begin|end)\{(?:equation|align|gather|multline|eqnarray)\*?\}")
logger = logging.getLogger(__name__)


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    formula = _mathml(node, block=False)
    signs = "".join(html.unescape(re.sub(r"<[^>]*>", "", formula)).split())
    if len(signs) >= LONG:
        formula = f'<span class="math-inline">{formula}</span>'
    translator.body.append(formula)
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula that stands alone."""
    translator.body.append(f'<div class="math-block">{_mathml(node, block=True)}</div>')
    raise nodes.SkipNode


def _mathml(node: nodes.Element, block: bool) -> str:
    """The formula, or its TeX and a warning if it cannot be shown."""
    try:
        return tex2mathml(ENVIRONMENT.sub("", node.astext()), as_block=block)
    except MathError as error:
        logger.warning("this formula cannot be shown: %s", error, location=node)
        return f"<code>{html.escape(node.astext())}</code>"
