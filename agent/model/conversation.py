"""A conversation kept within the model's window by shortening old tool results, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from perfagent.agent.model.protocol import Message, ToolSpec, estimate_tokens

_WORTH = 400  # characters below which shortening a result gains nothing


class Conversation:
    """Messages in order, append-only so that providers can cache the beginning, until the window gets narrow.

    Args:
        messages: the beginning: system prompt and task, never shortened.
        tools: what is sent along with every request.
        window_tokens: the model's context, estimated; condensing begins at 70 % of it.
    """

    def __init__(self, messages: Sequence[Message], tools: Sequence[ToolSpec], window_tokens: int) -> None:
        self.messages = list(messages)
        self._tools = tuple(tools)
        self._budget = window_tokens * 7 // 10

    def add(self, message: Message) -> None:
        """Append a turn."""
        self.messages.append(message)

    def fits(self) -> bool:
        """Whether the conversation is within the budget."""
        return estimate_tokens(self.messages, self._tools) <= self._budget

    def condense(self, keep: int) -> int:
        """Shorten all tool results but the last `keep`; gives how many were shortened."""
        results = [index for index, message in enumerate(self.messages) if message.role == "tool"]
        old = [index for index in results[: max(0, len(results) - keep)] if len(self.messages[index].content) > _WORTH]
        for index in old:
            size = len(self.messages[index].content)
            self.messages[index] = self.messages[index].model_copy(
                update={"content": f"[an old result of {size} characters; call the tool again if you need it]"}
            )
        return len(old)
