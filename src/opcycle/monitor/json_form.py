"""Games, verdicts and alerts for programs: plain dicts of JSON, amounts in wei as text, times in seconds."""

from typing import Any

from opcycle.monitor.counts import game_type_name
from opcycle.monitor.drawing import about
from opcycle.monitor.forecast import Fate
from opcycle.monitor.judge import Alert, Verdict
from opcycle.monitor.snapshot import UnreadGame
from opcycle.protocol.dispute_game import Claim, DisputeGame
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum, to_hex


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """A game without its claims."""
    seen, outlook, game = verdict.seen, verdict.forecast, verdict.seen.game
    judgement, accounts = seen.judgement, seen.accounts
    return {
        "index": seen.listed.index,
        "address": checksum(game.address),
        "type": seen.listed.game_type,
        "typeName": game_type_name(seen.listed.game_type),
        "createdAt": game.created_at,
        "startingBlock": game.starting_block,
        "l2Block": game.claimed_block,
        "rootClaim": to_hex(game.root.value),
        "agrees": verdict.agreement.agrees,
        "expectedRoot": _hex(verdict.agreement.expected),
        "status": game.status.name,
        "forecast": outlook.status.name,
        "decidableAt": outlook.decidable_at,
        "lastChance": outlook.last_chance,
        "blockNumberChallenger": _account(game.block_number_challenger),
        "claims": len(game.claims),
        "settledClaims": len(game.resolved),
        "bonds": str(sum(claim.bond for claim in game.claims)),
        "resolvedAt": accounts.resolved_at or None,
        "bondMode": accounts.mode.name,
        "credits": _amounts(accounts.credits),
        "unlocked": _amounts({who: w.amount for who, w in accounts.withdrawals.items()}),
        "payouts": _amounts(outlook.payouts),
        "respected": judgement.is_respected,
        "blacklisted": judgement.is_blacklisted,
        "retired": judgement.is_retired,
        "alerts": [alert_to_json(alert) for alert in verdict.alerts],
    }


def claim_to_json(game: DisputeGame, claim: Claim, fate: Fate) -> dict[str, Any]:
    """A claim, and what becomes of it if nobody moves."""
    return {
        "index": claim.index,
        "parent": claim.parent,
        "position": str(int(claim.position)),
        "depth": claim.position.depth,
        "about": about(game, claim),
        "value": to_hex(claim.value),
        "claimant": checksum(claim.claimant),
        "bond": str(claim.bond),
        "clockUsed": claim.used,
        "madeAt": claim.made_at,
        "counteredBy": _account(claim.countered_by),
        "settled": claim.index in game.resolved,
        "forecast": {
            "counteredBy": _account(fate.countered_by),
            "answer": fate.answer,
            "answerableUntil": fate.answerable_until,
        },
    }


def alert_to_json(alert: Alert) -> dict[str, Any]:
    return {"kind": alert.kind.value, "subject": _account(alert.subject), "text": alert.text}


def unread_to_json(unread: UnreadGame) -> dict[str, Any]:
    listed = unread.listed
    return {
        "index": listed.index,
        "address": checksum(listed.address),
        "type": listed.game_type,
        "typeName": game_type_name(listed.game_type),
        "createdAt": listed.created_at,
        "error": unread.why,
    }


def _amounts(amounts: Any) -> dict[str, str]:
    return {checksum(account): str(wei) for account, wei in sorted(amounts.items()) if wei}


def _account(account: Address | None) -> str | None:
    return None if account is None else checksum(account)


def _hex(value: bytes | None) -> str | None:
    return None if value is None else to_hex(value)
