"""What is new about games, in lines for a screen or a log."""

from collections.abc import Iterator, Sequence

from opcycle.monitor.judge import Alert, Judgements, Verdict
from opcycle.monitor.words import SIDES, claim_count
from opcycle.protocol.dispute_game import GameStatus
from opcycle.rpc.hexjson import checksum


def news(before: Judgements | None, after: Judgements) -> list[str]:
    """What has changed, a line for each thing: games, who is ahead, and what is wrong, or no longer is."""
    lines = list(_game_news([] if before is None else before.verdicts, after.verdicts))
    old, new = ({(a.kind, a.subject): a for a in j.alerts} if j else {} for j in (before, after))
    lines += [f"ALERT {sentence(alert)}" for key, alert in new.items() if key not in old]
    lines += [f"no longer: {sentence(alert)}" for key, alert in old.items() if key not in new]
    return lines


def sentence(alert: Alert) -> str:
    """An alert in one line."""
    subject = "" if alert.subject is None else f" {checksum(alert.subject)}:"
    return f"{alert.kind}:{subject} {alert.text}"


def standing(verdict: Verdict) -> str:
    """Who wins a game, or has won it, and whether that is right."""
    is_open = verdict.seen.game.status is GameStatus.IN_PROGRESS
    winner = SIDES[verdict.forecast.status]
    return f"{winner} {'are ahead' if is_open else 'have won'}"


def opinion(verdict: Verdict) -> str:
    """What our nodes think of the root claim."""
    return {True: "right", False: "wrong", None: "not known"}[verdict.agreement.agrees]


def _game_news(before: Sequence[Verdict], after: Sequence[Verdict]) -> Iterator[str]:
    old = {verdict.seen.game.address: verdict for verdict in before}
    for verdict in reversed(after):
        seen, was = verdict.seen, old.get(verdict.seen.game.address)
        name = f"game {seen.listed.index}"
        if was is None:
            yield (
                f"{name}: {checksum(seen.game.address)} about L2 block {seen.game.claimed_block}, "
                f"root claim {opinion(verdict)}, {claim_count(len(seen.game.claims))}, {standing(verdict)}"
            )
            continue
        if standing(was) != standing(verdict):
            yield f"{name}: {standing(verdict)}, with {claim_count(len(seen.game.claims))}"
        if opinion(was) != opinion(verdict):
            yield f"{name}: the root claim of L2 block {seen.game.claimed_block} is {opinion(verdict)}"
        if was.seen.accounts.mode is not seen.accounts.mode:
            yield f"{name}: closed, bonds in mode {seen.accounts.mode.name}"
