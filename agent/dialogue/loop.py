"""The tool loop: ask the model, do what it asks, show what came of it, until it submits or a limit ends it.

A model that cannot call tools writes its calls into its text, and may edit with blocks of text as well. Only a model's
own reply is ever read for calls and edits, never a result.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from perfagent.agent.dialogue.conversation import Conversation
from perfagent.agent.dialogue.loop_records import End, EventKind, LoopEvent, LoopLimits, LoopResult
from perfagent.agent.dialogue.output import capped
from perfagent.agent.dialogue.text_calls import parse_calls
from perfagent.agent.dialogue.toolbox import Outcome, Toolbox
from perfagent.agent.dialogue.watching import Watch
from perfagent.agent.model.protocol import Message, Model, Reply, Request, ToolCall
from perfagent.prompts import render
from perfagent.tools.errors import EditError, LimitExceeded, ModelContextExceeded, ModelNoTools
from perfagent.tools.patch import parse_edits

_NARROWINGS = 2  # times that a window is believed to be smaller than it was said to be
_SUMMARY = 600  # characters of prose taken as summary of a change sent as text
_DETAIL = 200  # characters of an event's detail
_SOON = 0.8  # share of turns or time after which the model is told to come to an end
_EMPTY = "[no text]"  # stands for an empty reply, which some providers refuse to be shown
_THINKING = re.compile(r"^.*</think(?:ing)?>", re.DOTALL)
_BLOCK = re.compile(
    r"(?:^[#* ]*\S+\n)?^\s*(?:```|~~~)[^\n]*\n.*?^\s*(?:```|~~~)\s*$|^<{5,9} SEARCH.*?^>{5,9} REPLACE",
    re.M | re.S,
)
#: A command that failed, as the shell's result tells it.
_FAILED = re.compile(r"^(?:exit status [1-9]|the command .*and was killed)", re.M)
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
    error: LimitExceeded | None = None


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
    answering_s: float = 0.0
    warned: bool = False
    hurried: bool = False
    began: float = 0.0
    watch: Watch = field(init=False)
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.beginning, self.tools.specs(), self.limits.window_tokens)
        self.watch = Watch(self.tools.digest())
        self.began = self.limits.clock()

    def run(self) -> LoopResult:
        ended: _Ended | None = None
        while ended is None:
            ended = self.over()
            if ended is None:
                self.turn += 1
                ended = self.step()
        self.tell("end", ended.end, ended.end == "submitted", ended.text)
        summary, reason = (ended.text, "") if ended.end == "submitted" else ("", ended.text)
        return LoopResult(ended.end, summary, reason, self.turn, self.conversation.kept(), ended.error)

    def over(self) -> _Ended | None:
        """Whether turns or time are used up; tells the model once when they soon will be."""
        wall_s, used_s = self.limits.wall_s, self.answering_s + self.tools.seconds()
        if self.turn >= self.limits.turns:
            return _Ended("turns", f"no submission after {self.turn} turns")
        if wall_s is not None and max(used_s, self.limits.clock() - self.began) >= wall_s:
            return _Ended("time", f"no submission after {wall_s:.0f} s")
        short_of_time = wall_s is not None and used_s >= _SOON * wall_s
        if not self.hurried and (short_of_time or self.turn >= _SOON * self.limits.turns):
            self.hurried = True
            minutes = max(1, math.ceil((wall_s - used_s) / 60)) if wall_s is not None and short_of_time else None
            self.nudge(
                "loop_soon_over.md",
                minutes=minutes,
                turns=self.limits.turns - self.turn,
                ends_in_text=self.tools.takes_text is not None,
                changed=bool(self.diff()),
            )
        return None

    def step(self) -> _Ended | None:
        """One request and what follows from the reply."""
        try:
            reply = self.ask()
        except LimitExceeded as error:
            return _Ended("limit", str(error), error)
        if reply is None:
            return _Ended("context", "the conversation no longer fits the model's context")
        self.answering_s += reply.latency_s
        self.tell("reply", reply.finish_reason, True, f"{reply.usage.output_tokens} tokens")
        if reply.finish_reason == "refusal":
            return _Ended("refused", reply.text[:_SUMMARY] or "the model refused")
        said = reply.as_message()
        empty = not (reply.text.strip() or reply.tool_calls)
        self.conversation.add(Message(role="assistant", content=_EMPTY) if empty else said)
        text = _THINKING.sub("", reply.text)
        if reply.tool_calls:
            return self.use_calls(reply, reply.tool_calls, text)
        calls, text = parse_calls(text)
        return self.use_calls(reply, calls, text) if calls else self.use_text(reply, text)

    def ask(self) -> Reply | None:
        """The reply; None when the conversation cannot be made to fit."""
        for narrowing in range(_NARROWINGS + 1):
            self.make_fit()
            try:
                return self.complete()
            except ModelContextExceeded:
                if narrowing == _NARROWINGS:
                    break
                before = self.conversation.tokens()
                self.conversation.halve()
                self.make_fit()
                if self.conversation.tokens() == before:
                    break
        return None

    def complete(self) -> Reply:
        try:
            return self.model.complete(self.request())
        except ModelNoTools:
            if self.conversation.by_text:
                raise
            self.conversation.by_text = True
            self.tell("text_calls", self.model.name, True, "the model takes no tools")
            self.make_fit()
            return self.model.complete(self.request())

    def request(self) -> Request:
        return Request(
            messages=self.conversation.shown(),
            tools=self.conversation.tools,
            max_tokens=self.limits.reply_tokens,
            temperature=self.limits.temperature,
            seed=self.limits.seed,
            label=self.label,
        )

    def make_fit(self) -> None:
        shortened = self.conversation.make_fit()
        self.watch.fitted(shortened=shortened > 0)
        if shortened:
            self.tell("condensed", "tool results", True, str(shortened))

    def use_calls(self, reply: Reply, calls: Sequence[ToolCall | str], text: str) -> _Ended | None:
        """Blocks in the text first, then the calls in order; no call may stay without a result."""
        note = self.blocks_beside_calls(text)
        malformed, ended, problem, failed = 0, None, "", ""
        for call in calls:
            named = call if isinstance(call, ToolCall) else ToolCall(id="text:call", name="call", arguments="")
            outcome = self.outcome(call, failed) if ended is None else Outcome("not done: the work had ended", False)
            failed = failed or ("" if outcome.ok and not _FAILED.search(outcome.text) else named.name)
            malformed += outcome.malformed
            self.tell("tool", named.name, outcome.ok, outcome.text.partition("\n")[0][:_DETAIL])
            said = outcome.text
            if outcome.malformed and reply.finish_reason == "length":
                said += "\n" + render("loop_cut_off.md", tokens=self.limits.reply_tokens)
            self.conversation.add(Message(role="tool", content=said, tool_call_id=named.id))
            if outcome.ends:
                ended = ended or _Ended(outcome.ends, outcome.text)
            elif ended is None and not outcome.malformed:
                problem = self.watched(named, outcome) or problem
        if note:
            self.conversation.add(Message(role="user", content=note))
        return ended or self.count_errors(malformed == len(calls)) or self.warn(problem)

    def outcome(self, call: ToolCall | str, failed: str) -> Outcome:
        if not isinstance(call, ToolCall):
            return Outcome(call, False, malformed=True)
        if failed and self.tools.ends(call.name) == "submitted":
            return Outcome(f"not done: {failed} failed in the same answer; look at that, then decide", False)
        return self.tools.call(call)

    def watched(self, call: ToolCall, outcome: Outcome) -> str:
        """Why the model seems stuck after a call; empty when it does not."""
        tree, repeatable = self.tools.digest(), self.tools.repeatable(call.name)
        if self.watch.is_progress(tree):
            self.warned = False
        return self.watch.called(call, outcome.text, tree, ok=outcome.ok, repeatable=repeatable)

    def warn(self, problem: str) -> _Ended | None:
        """Tell a model once that it goes in circles; end the loop when it goes on."""
        if not problem:
            return None
        if self.warned:
            return _Ended("stuck", problem)
        self.warned = True
        self.watch.forget()
        self.nudge("loop_stuck.md", problem=problem)
        return None

    def nudge(self, template: str, **values: object) -> None:
        text = render(template, **values)
        self.tell("nudge", template.removesuffix(".md"), True, text.partition("\n")[0][:_DETAIL])
        self.conversation.add(Message(role="user", content=text))

    def diff(self) -> str:
        return self.tools.workbench.diff() if self.tools.workbench is not None else ""

    def blocks_beside_calls(self, text: str) -> str:
        """Apply blocks that accompany tool calls; what to tell the model, empty when there are none."""
        if self.tools.takes_text is not None or self.tools.workbench is None:
            return ""
        try:
            edits = parse_edits(text)
            return f"applied the blocks of your text: {', '.join(self.tools.workbench.edit(edits))}" if edits else ""
        except EditError as error:
            return f"the blocks of your text were not applied ({error.reason}): {error}"

    def use_text(self, reply: Reply, text: str) -> _Ended | None:
        """A reply without calls: the answer, or blocks that, when they all apply, are a submission."""
        if self.tools.takes_text is not None:
            problem = self.tools.takes_text(reply)
            if not problem:
                return _Ended("submitted", text)
            return self.answer("planner_repair.md", text, problem=problem)
        try:
            edits = parse_edits(text)
            if edits and self.tools.workbench is not None:
                paths = self.tools.workbench.edit(edits, check_syntax=True)
                self.tell("edit", ", ".join(paths), True)
                return self.submission(text)
        except EditError as error:
            self.tell("edit", error.reason, False, error.message[:_DETAIL])
            values = {"reason": error.reason, "problem": capped(str(error)), **self.length(reply)}
            return self.answer("loop_blocks_failed.md", text, **values)
        gave_up = _GIVE_UP.search(text)
        if gave_up:
            return _Ended("gave_up", gave_up[1].strip()[:_SUMMARY])
        changed = bool(self.diff())
        if changed and self.errors and text.strip() and reply.finish_reason == "stop":
            # It was told once to submit and talks on about its change: the verifier may judge that as it is.
            return self.submission(text)
        return self.answer("loop_nothing_usable.md", text, changed=changed, **self.length(reply))

    def length(self, reply: Reply) -> dict[str, object]:
        return {"cut_off": reply.finish_reason == "length", "tokens": self.limits.reply_tokens}

    def submission(self, text: str) -> _Ended | None:
        if not self.diff():
            return self.answer("loop_no_change.md", text)
        prose = " ".join(_BLOCK.sub(" ", text).split())
        return _Ended("submitted", prose[:_SUMMARY] or "no summary given")

    def answer(self, template: str, said: str, **values: object) -> _Ended | None:
        """Tell the model what was wrong with its text, unless it was told often enough."""
        self.conversation.add(Message(role="user", content=render(template, **values)))
        return self.count_errors(True) or self.warn(self.watch.said(said))

    def count_errors(self, failed: bool) -> _Ended | None:
        self.errors = self.errors + 1 if failed else 0
        if self.errors >= self.limits.format_errors:
            return _Ended("format", f"{self.errors} replies in a row could not be used")
        return None

    def tell(self, kind: EventKind, name: str, ok: bool, detail: str = "") -> None:
        if self.on_event is not None:
            self.on_event(LoopEvent(kind, self.turn, name, ok, detail))
