"""The tool loop: ask the model, do what it asks, show what came of it, until it submits or a limit ends it.

A model that cannot call tools does the same job with edits in its text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from perfagent.agent.model.conversation import Conversation
from perfagent.agent.model.loop_records import End, EventKind, LoopEvent, LoopLimits, LoopResult
from perfagent.agent.model.output import capped
from perfagent.agent.model.protocol import Message, Model, Reply, Request, ToolCall, digest_of
from perfagent.agent.model.toolbox import Outcome, Toolbox
from perfagent.prompts import render
from perfagent.tools.errors import EditError, LimitExceeded, ModelContextExceeded
from perfagent.tools.patch import parse_edits

_SAME_CALLS = 3  # equal calls on an equal tree that show the model to be stuck
_KEPT_RESULTS = 3  # latest tool results that condensing leaves whole; one when the provider complains
_SUMMARY = 600  # characters of prose taken as summary of a change sent as text
_DETAIL = 200  # characters of an event's detail
_THINKING = re.compile(r"^.*</think(?:ing)?>", re.DOTALL)
_BLOCK = re.compile(
    r"(?:^[#* ]*\S+\n)?^\s*(?:```|~~~)[^\n]*\n.*?^\s*(?:```|~~~)\s*$|^<{5,9} SEARCH.*?^>{5,9} REPLACE",
    re.M | re.S,
)
_GIVE_UP = re.compile(r"^\W*GIVE[ _]UP\W*:\s*(.+)$", re.M)


def run_loop(
    model: Model,
    messages: Sequence[Message],
    tools: Toolbox,
    limits: LoopLimits | None = None,
    *,
    label: str = "",
    on_event: Callable[[LoopEvent], None] | None = None,
) -> LoopResult:
    """Let the model work until it submits, gives up, or one of the limits ends it.

    Args:
        messages: system prompt and task, or an earlier conversation with feedback at its end.
        label: names the conversation in the transcript.
        on_event: told of every step.

    Raises:
        ModelError: the model cannot be reached. An exceeded limit of the run ends the loop with `limit`
        instead.
    """
    return _Loop(model, messages, tools, limits or LoopLimits(), label, on_event).run()


@dataclass(slots=True)
class _Ended:
    end: End
    text: str


@dataclass(slots=True)
class _Loop:
    model: Model
    beginning: Sequence[Message]
    tools: Toolbox
    limits: LoopLimits
    label: str
    on_event: Callable[[LoopEvent], None] | None
    turn: int = 0
    errors: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    trees: list[str] = field(default_factory=list)
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.beginning, self.tools.specs(), self.limits.window_tokens)
        self.trees.append(self.tools.workbench.digest())

    def run(self) -> LoopResult:
        ended: _Ended | None = None
        while ended is None:
            if self.turn == self.limits.turns:
                ended = _Ended("turns", f"no submission after {self.turn} turns")
                break
            self.turn += 1
            ended = self.step()
        self.tell("end", ended.end, ended.end == "submitted", ended.text)
        summary, reason = (ended.text, "") if ended.end == "submitted" else ("", ended.text)
        return LoopResult(ended.end, summary, reason, self.turn, tuple(self.conversation.messages))

    def step(self) -> _Ended | None:
        """One request and what follows from the reply."""
        try:
            reply = self.ask()
        except LimitExceeded as error:
            return _Ended("limit", str(error))
        if reply is None:
            return _Ended("context", "the conversation no longer fits the model's context")
        self.tell("reply", reply.finish_reason, True, f"{reply.usage.output_tokens} tokens")
        if reply.finish_reason == "refusal":
            return _Ended("refused", reply.text[:_SUMMARY] or "the model refused")
        self.conversation.add(reply.as_message())
        return self.use_calls(reply) if reply.tool_calls else self.use_text(reply)

    def ask(self) -> Reply | None:
        """The reply; None when the conversation cannot be made to fit."""
        if not self.conversation.fits():
            self.condense(_KEPT_RESULTS)
            if not self.conversation.fits():
                return None
        try:
            return self.model.complete(self.request())
        except ModelContextExceeded:
            if not self.condense(1):
                return None
        try:
            return self.model.complete(self.request())
        except ModelContextExceeded:
            return None

    def request(self) -> Request:
        return Request(
            messages=tuple(self.conversation.messages),
            tools=self.tools.specs(),
            max_tokens=self.limits.reply_tokens,
            temperature=self.limits.temperature,
            seed=self.limits.seed,
            label=self.label,
        )

    def condense(self, keep: int) -> int:
        shortened = self.conversation.condense(keep)
        # What was shortened may be asked for again without being stuck.
        self.seen.clear()
        self.tell("condensed", "tool results", True, str(shortened))
        return shortened

    def use_calls(self, reply: Reply) -> _Ended | None:
        """Blocks in the text first, then the calls in order; no call may stay without a result."""
        note = self.blocks_beside_calls(reply.text)
        malformed, ended = 0, None
        for call in reply.tool_calls:
            outcome = self.tools.call(call) if ended is None else Outcome("not done: the work had ended", False)
            malformed += outcome.malformed
            self.tell("tool", call.name, outcome.ok, outcome.text.partition("\n")[0][:_DETAIL])
            text = outcome.text
            if outcome.malformed and reply.finish_reason == "length":
                text += "\n" + render("loop_cut_off.md", tokens=self.limits.reply_tokens)
            self.conversation.add(Message(role="tool", content=text, tool_call_id=call.id))
            ended = ended or self.ended_by(call, outcome)
        if note:
            self.conversation.add(Message(role="user", content=note))
        return ended or self.count_errors(malformed == len(reply.tool_calls))

    def ended_by(self, call: ToolCall, outcome: Outcome) -> _Ended | None:
        if outcome.ends:
            return _Ended(outcome.ends, outcome.text)
        if self.goes_back_and_forth():
            return _Ended("stuck", "edits are made and undone by turns")
        if not outcome.malformed and self.is_repeated(call):
            return _Ended("stuck", f"{call.name} was called {_SAME_CALLS} times alike on the same files")
        return None

    def blocks_beside_calls(self, text: str) -> str:
        """Apply blocks that accompany tool calls; what to tell the model, empty when there are none."""
        try:
            edits = parse_edits(_THINKING.sub("", text))
            return f"applied the blocks of your text: {', '.join(self.tools.workbench.edit(edits))}" if edits else ""
        except EditError as error:
            return f"the blocks of your text were not applied ({error.reason}): {error}"

    def use_text(self, reply: Reply) -> _Ended | None:
        """A reply without calls: blocks that all apply are a submission."""
        text = _THINKING.sub("", reply.text)
        try:
            edits = parse_edits(text)
            if edits:
                paths = self.tools.workbench.edit(edits, check_syntax=True)
                self.tell("edit", ", ".join(paths), True)
                return self.submission(text)
        except EditError as error:
            self.tell("edit", error.reason, False, error.message[:_DETAIL])
            return self.answer(
                "loop_blocks_failed.md", reason=error.reason, problem=capped(str(error)), **self.length(reply)
            )
        gave_up = _GIVE_UP.search(text)
        if gave_up:
            return _Ended("gave_up", gave_up[1].strip()[:_SUMMARY])
        changed = bool(self.tools.workbench.diff())
        if changed and self.errors and reply.finish_reason == "stop":
            # It was told once to submit and talks on about its change: the verifier may judge that as it is.
            return self.submission(text)
        return self.answer("loop_nothing_usable.md", changed=changed, **self.length(reply))

    def length(self, reply: Reply) -> dict[str, object]:
        return {"cut_off": reply.finish_reason == "length", "tokens": self.limits.reply_tokens}

    def submission(self, text: str) -> _Ended | None:
        if not self.tools.workbench.diff():
            return self.answer("loop_no_change.md")
        prose = " ".join(_BLOCK.sub(" ", text).split())
        return _Ended("submitted", prose[:_SUMMARY] or "no summary given")

    def answer(self, template: str, **values: object) -> _Ended | None:
        """Tell the model what was wrong with its text, unless it was told often enough."""
        self.conversation.add(Message(role="user", content=render(template, **values)))
        return self.count_errors(True)

    def count_errors(self, failed: bool) -> _Ended | None:
        self.errors = self.errors + 1 if failed else 0
        if self.errors >= self.limits.format_errors:
            return _Ended("format", f"{self.errors} replies in a row could not be used")
        return None

    def goes_back_and_forth(self) -> bool:
        """Whether the tree changed from one state to another and back, twice."""
        tree = self.tools.workbench.digest()
        if tree != self.trees[-1]:
            self.trees.append(tree)
        last = self.trees[-4:]
        return len(last) == 4 and last[0] == last[2] and last[1] == last[3]

    def is_repeated(self, call: ToolCall) -> bool:
        """Whether an equal call on an equal tree came too often."""
        if self.tools.repeatable(call.name):
            return False
        key = digest_of([call.name, call.arguments, self.trees[-1]])
        self.seen[key] += 1
        return self.seen[key] >= _SAME_CALLS

    def tell(
        self,
        kind: EventKind,
        name: str,
        ok: bool,
        detail: str = "",
    ) -> None:
        if self.on_event is not None:
            self.on_event(LoopEvent(kind, self.turn, name, ok, detail))
