"""Output to a terminal that text from outside cannot steer: control characters are shown as escapes.

Names of columns and generators, messages of errors and logs may hold whatever their author likes, such as sequences
that move the cursor, or characters that turn the reading direction.
"""

from __future__ import annotations

import sys
from typing import IO, Any

from bench.common.safe_text import visible_lines


class EscapingStream:
    """A text stream that escapes what is written to it.

    Attributes:
        unescaped: the stream that is written to.
    """

    def __init__(self, stream: IO[str]) -> None:
        self.unescaped = stream

    def write(self, text: Any) -> int:  # noqa: ANN401 - Click tries bytes
        """Writes a text with escapes; returns its length."""
        # Click finds out by writing bytes whether a stream takes text; then the stream itself says so.
        self.unescaped.write(visible_lines(text) if isinstance(text, str) else text)
        return len(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is the stream's
        return getattr(self.unescaped, name)


def escape_output() -> None:
    """Lets `print` of this process write to standard output and standard error with escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, EscapingStream):
            setattr(sys, name, EscapingStream(stream))


def unescaped_stdout() -> IO[str]:
    """Returns standard output as it was before `escape_output`."""
    stream: Any = sys.stdout
    plain: IO[str] = stream.unescaped if isinstance(stream, EscapingStream) else stream
    return plain
