"""The examples that stand in files of their own, put together; part of `EXAMPLES`."""

from typing import Final

from contracts.accountability_examples import ACCOUNTABILITY_EXAMPLES
from contracts.bulletin_examples import BULLETIN_EXAMPLES
from contracts.debate_examples import DEBATE_EXAMPLES
from contracts.dispatch_examples import DISPATCH_EXAMPLES
from contracts.following_examples import FOLLOWING_EXAMPLES
from contracts.hiding_examples import HIDING_EXAMPLES
from contracts.inspection_examples import INSPECTION_EXAMPLES
from contracts.instruction_examples import INSTRUCTION_EXAMPLES, PROMISE_EXAMPLES

OTHER_EXAMPLES: Final = (
    *INSTRUCTION_EXAMPLES,
    *PROMISE_EXAMPLES,
    *DEBATE_EXAMPLES,
    *BULLETIN_EXAMPLES,
    *ACCOUNTABILITY_EXAMPLES,
    *INSPECTION_EXAMPLES,
    *FOLLOWING_EXAMPLES,
    *HIDING_EXAMPLES,
    *DISPATCH_EXAMPLES,
)
