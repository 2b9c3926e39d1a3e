"""A conversation kept within the model's window by shortening old tool results, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from perfagent.agent.dialogue.text_calls import in_text
from perfagent.agent.model.protocol import Message, ToolSpec, estimate_tokens

_WORTH = 400  # characters below which shortening a result gains nothing
_SQUEEZED = 1500  # characters left of each result that may not go, when nothing else is left to shorten
_ROOM = 0.6  # share of the budget that is left filled, where that can be
_KEPT_RESULTS = (3, 1, 0)  # latest results left whole, ever fewer until the conversation fits


class Conversation:
    """Messages in order, append-only so that providers can cache the beginning, until the window gets narrow.

    Args:
        messages: the beginning: system prompt and task, never shortened.
        tools: what is sent along with every request.
        window_tokens: the model's context, estimated; condensing begins at 70 % of it.

    Attributes:
        by_text: whether tools are explained and called in text, as the model takes none.
    """

    def __init__(self, messages: Sequence[Message], tools: Sequence[ToolSpec], window_tokens: int) -> None:
        self.messages = list(messages)
        self.by_text = False
        self._tools = tuple(tools)
        self._budget = window_tokens * 7 // 10

    def add(self, message: Message) -> None:
        """Append a turn."""
        self.messages.append(message)

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """What is sent as tools."""
        return () if self.by_text else self._tools

    def shown(self) -> tuple[Message, ...]:
        """What is sent as messages."""
        return tuple(in_text(self.messages, self._tools) if self.by_text else self.messages)

    def kept(self) -> tuple[Message, ...]:
        """The conversation in a form in which it can be continued with any model."""
        return tuple(in_text(self.messages) if self.by_text else self.messages)

    def tokens(self) -> int:
        """Tokens of the next request, estimated."""
        return estimate_tokens(self.shown(), self.tools)

    def fits(self) -> bool:
        """Whether the conversation is within the budget."""
        return self.tokens() <= self._budget

    def halve(self) -> None:
        """Believe the window to be half as large as was thought, or as what did not fit."""
        self._budget = min(self._budget, self.tokens()) // 2

    def make_fit(self) -> int:
        """Shorten old results when the window is full, the latest ones last; gives how many were shortened.

        More than it takes, so that it is not wanted again at once: each time costs the provider's cache.
        """
        shortened = 0
        if self.fits():
            return shortened
        for keep in _KEPT_RESULTS:
            shortened += self.condense(keep)
            if self.tokens() <= _ROOM * self._budget:
                return shortened
        return shortened if self.fits() else shortened + self._squeeze()

    def condense(self, keep: int) -> int:
        """Shorten all tool results but the last `keep`, and those nobody has seen; gives how many were shortened."""
        results = [index for index, message in enumerate(self.messages) if message.role == "tool"]
        unseen = self._unseen()
        old = [
            index
            for index in results[: max(0, len(results) - keep)]
            if len(self.messages[index].content) > _WORTH and index < unseen
        ]
        for index in old:
            size = len(self.messages[index].content)
            self._replace(index, f"[an old result of {size} characters; call the tool again if you need it]")
        return len(old)

    def _squeeze(self) -> int:
        """Leave of the results nobody has seen their beginnings and ends."""
        long = [
            index
            for index in range(self._unseen(), len(self.messages))
            if self.messages[index].role == "tool" and len(self.messages[index].content) > _SQUEEZED
        ]
        for index in long:
            text = self.messages[index].content
            gap = f"\n[... {len(text) - _SQUEEZED} characters left out for want of room; ask for less at once ...]\n"
            self._replace(index, text[: _SQUEEZED // 2] + gap + text[-_SQUEEZED // 2 :])
        return len(long)

    def _unseen(self) -> int:
        """Index of the first message after the model's last one."""
        said = [index for index, message in enumerate(self.messages) if message.role == "assistant"]
        return said[-1] + 1 if said else 0

    def _replace(self, index: int, content: str) -> None:
        self.messages[index] = self.messages[index].model_copy(update={"content": content})
