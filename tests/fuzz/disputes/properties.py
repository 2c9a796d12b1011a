"""What must be true of dispute games, whatever anybody does. Each property has a name; reports begin with it.

Most are checked by comparison: after each step, all that the contracts say must be what the model says, and
what the model refuses they must refuse in the same words. Which property a difference breaks is told by
`VIEWS` (what was asked) and `REFUSALS` (what was, or should have been, refused). The others are functions
here, of a play: `ALWAYS` after each step, `IN_THE_END` once all games are settled.

"The honest party" plays `opcycle.challenger.solver.decide` in each game of a type that anybody may play,
and acts in time: before L1 time passes the last second in which a claim can be answered, it has looked at
the game and sent what the solver says. A real one sees a block every 12 seconds, and a clock never has less
left than its extension. It has ether enough. Nothing is assumed about anybody else.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from tests.fuzz.plays import BrokenError
from tests.fuzz.tally import Refusal

if TYPE_CHECKING:
    from tests.fuzz.disputes.game import Game
    from tests.fuzz.disputes.play import Play

PROPERTIES = {
    "G-1": "The honest party wins every game that it plays, whatever the others do: a root claim stands in "
    "the end if and only if it is the output root of its block, which L1 as of the game's head "
    "makes safe, and the tree of claims reaches that block.",
    "G-2": "The honest party never loses a bond: no claim of its is ever countered.",
    "G-3": "The honest party earns every bond that it is due: each claim that it has answered or stepped "
    "on pays it, and nobody else; if bonds are given back instead, it gets exactly what it paid.",
    "G-4": "Every game ends: two clocks, and each extension once, after it began, all of it can be settled.",
    "G-5": "A game is decided once, by its root claim; after that nobody can move, step, load data or "
    "settle.",
    "G-6": "The same claim is made once in a place, each claim is settled once, each bond given once.",
    "G-7": "A game's WETH is its bonds outstanding plus what was credited and not paid yet.",
    "G-8": "Whether bonds are earned or given back is decided once, when a game that is final closes: "
    "earned if and only if the game is proper. During a pause nothing is decided.",
    "G-9": "Refund mode pays back exactly what each party paid.",
    "G-10": "A step counters a claim at the greatest depth if and only if the claim does not follow.",
    "G-11": "A move costs the bond of its depth, answers the claim that it names, stays within the tree, "
    "and begins a lower tree with the right status; nobody defends a tree's root.",
    "G-12": "The leftmost answer that stands counters a claim; of those in one place, the first. Looking at "
    "the answers page by page comes to the same.",
    "G-13": "A side's clock only grows, to its end and no further; a move leaves the other side its "
    "extension.",
    "G-14": "The machine reads of a game what the game says, in the lower tree that it was said of, and no "
    "other.",
    "G-15": "What happens in one game changes nothing in another.",
    "G-16": "A root claim that is another block's output root can be shown to be, once, and has lost then.",
    "G-17": "No call of a game needs more gas than a block has, and none runs out of it.",
    "G-18": "Nothing is claimed twice: each party's credit is paid at most once.",
    "G-19": "What is done is logged, once, as it was done.",
    "F-1": "Anybody can create a game of any type that is set, for its bond; no two of one name; it is "
    "what it was created as.",
    "F-2": "The factory lists every game, in order, and finds the latest of a type.",
    "R-1": "The anchor moves only to a newer, valid, and true output root.",
    "R-2": "What the registry says of a game is so: registered, respected, blacklisted, retired, proper, "
    "resolved, finalized, valid.",
    "R-3": "Only the guardian blacklists, retires and says which type is respected.",
    "W-1": "There is as much ether behind WETH as there is WETH, but for what its owner recovered.",
    "W-2": "Nobody withdraws WETH before its delay has passed since it was last unlocked for them, nor "
    "more than was unlocked.",
    "W-3": "Only the owner holds and recovers; and the owner always can.",
    "W-4": "During a pause no WETH is withdrawn.",
    "W-5": "No ether is made or lost.",
    "B-1": "A withdrawal is finalized only if the true L2 has it, against an output root that is true.",
    "B-2": "A withdrawal is executed at most once.",
    "B-3": "No withdrawal is finalized before its proof and its game have both waited, and only if the "
    "game's claim is valid then.",
    "B-4": "A proof counts for its submitter alone, and proving again sets back that submitter's wait alone.",
    "B-5": "Only a genuine Merkle proof against a game's own output root proves a withdrawal, and only in "
    "a game that can count.",
    "B-6": "A withdrawal that is in a valid game's output can be finalized in the end.",
    "P-1": "While everything, or this chain, is paused, nothing is proven, finalized or decided; a pause "
    "ends by itself; only the guardian pauses.",
    "V-1": "What the machine on chain makes of a state is what cannon makes of it, so that a step is "
    "accepted exactly if cannon's state is not the one that is claimed.",
    "V-2": "No witness that differs in any byte from what a step looks at is accepted.",
    "V-3": "Whoever loads what, the machine reads what the key says, and local words of its own caller and "
    "context only.",
    "V-4": "After the exit the state stands still.",
    "D-1": "Two builds of the contracts do the same: equal results, events, refusals, views and balances.",
}

_BY_PROPERTY = {
    "G-5": "status resolvedAt; FaultDisputeGame_NotInProgress",
    "G-6": "claimDataLen claims resolvedSubgames; FaultDisputeGame_ClaimExists "
    "FaultDisputeGame_AlreadyResolved",
    "G-7": "balanceOf normalModeCredit; WrappedEther_InsufficientBalance",
    "G-8": "bondDistributionMode; FaultDisputeGame_Paused FaultDisputeGame_NotResolved "
    "FaultDisputeGame_NotFinalized",
    "G-9": "refundModeCredit",
    "G-10": "; FaultDisputeGame_NotAtMaxDepth FaultDisputeGame_AlreadyCountered "
    "FaultDisputeGame_WrongPrestate FaultDisputeGame_ClaimIsRight",
    "G-11": "parentIndex claimant bond claim position getRequiredBond; FaultDisputeGame_OtherClaim "
    "FaultDisputeGame_CannotDefendRoot FaultDisputeGame_TooDeep FaultDisputeGame_BadStatus "
    "FaultDisputeGame_IncorrectBond Panic PermissionedDisputeGame_NotAParty",
    "G-12": "counteredBy subgames getNumToResolve resolutionCheckpoints; FaultDisputeGame_UnresolvedBelow",
    "G-13": "clock getChallengerDuration; FaultDisputeGame_ClockExpired FaultDisputeGame_ClockRunning",
    "G-14": "readPreimage; FaultDisputeGame_AboveSplit FaultDisputeGame_UnknownLocalData "
    "PreimageOracle_NotLoaded PreimageOracle_OffsetTooHigh",
    "G-16": "l2BlockNumberChallenger; FaultDisputeGame_BlockNumberChallenged "
    "FaultDisputeGame_WrongOutputRoot FaultDisputeGame_BadHeader "
    "FaultDisputeGame_BlockNumberMatches",
    "G-17": "; halted",
    "G-18": "credit hasUnlockedCredit; FaultDisputeGame_NoCredit FaultDisputeGame_TransferFailed",
    "F-1": "gameCreator rootClaim l1Head gameType l2SequenceNumber l2BlockNumber extraData createdAt "
    "startingOutputRoot maxGameDepth splitDepth maxClockDuration clockExtension absolutePrestate "
    "anchorStateRegistry weth vm; OwnableUnauthorizedAccount FaultDisputeGame_AlreadyInitialized "
    "InvalidInitialization DisputeGameFactory_NoImplementation DisputeGameFactory_IncorrectBond "
    "DisputeGameFactory_GameExists FaultDisputeGame_BadArguments FaultDisputeGame_BadBlockNumber",
    "F-2": "gameCount gameAtIndex games findLatestGames",
    "R-1": "getAnchorRoot anchorGame; AnchorStateRegistry_InvalidGame AnchorStateRegistry_NotNewer",
    "R-2": "isGameRegistered isGameRespected isGameBlacklisted isGameRetired isGameProper isGameResolved "
    "isGameFinalized isGameClaimValid wasRespectedGameTypeWhenCreated respectedGameType "
    "retirementTimestamp",
    "R-3": "; AnchorStateRegistry_OnlyGuardian",
    "W-1": "totalSupply",
    "W-2": "withdrawals; DelayedWETH_NotUnlocked DelayedWETH_TooEarly",
    "W-3": "; ProxyAdminOwned_NotOwner WrappedEther_TransferFailed",
    "W-4": "; DelayedWETH_Paused",
    "B-2": "finalizedWithdrawals l2Sender; Withdrawals_AlreadyFinalized",
    "B-3": "; OptimismPortal_ProofNotOldEnough OptimismPortal_InvalidRootClaim Withdrawals_Underfunded",
    "B-4": "provenWithdrawals numProofSubmitters; OptimismPortal_Unproven",
    "B-5": "; OptimismPortal_ImproperGame OptimismPortal_DisrespectedGame OptimismPortal_GameLost "
    "OptimismPortal_InvalidProofTimestamp Withdrawals_WrongOutputRoot Withdrawals_NotInOutput "
    "RLPInvalidEncoding",
    "P-1": "paused; OptimismPortal_Paused SuperchainConfig_AlreadyPaused SuperchainConfig_NotPaused "
    "SuperchainConfig_OnlyGuardian",
}
MACHINE_REFUSALS = {
    "MIPS64_WrongStateSize": "V-2",
    "MIPS64_BadExitFlag": "V-2",
    "MIPS64_NoActiveThread": "V-2",
    "MIPS64_ProofTooShort": "V-2",
    "MIPS64_ProofTooLong": "V-2",
    "MIPS64_WrongThread": "V-2",
    "MIPS64_WrongMemory": "V-2",
}
"""Of the real machine."""
VIEWS = {view: id_ for id_, row in _BY_PROPERTY.items() for view in row.partition(";")[0].split()}
REFUSALS = {error: id_ for id_, row in _BY_PROPERTY.items() for error in row.partition(";")[2].split()}
DEEDS = {
    "create": "F-1",
    "set anchor": "R-1",
    "finalize": "B-3",
    "prove": "B-5",
    "step": "G-10",
    "load preimage": "V-3",
    "whisper": "V-3",
    "ask machine": "V-1",
}
"""Whose fault it is if something is refused, in words that nobody knows, that should be done."""


def broken(property_: str, detail: str) -> NoReturn:
    raise BrokenError(property_, PROPERTIES[property_], detail)


def property_of(view: str) -> str:
    return VIEWS[view]


def judged(deed: str, wanted: Refusal | None, found: Refusal | None) -> None:
    """Model and contract both do it, or both refuse in the same words."""
    if wanted == found:
        return
    if wanted is None:
        assert found is not None
        broken(_blamed(found, deed), f"{deed} is refused: {_words(found)}")
    if found is None:
        broken(_blamed(wanted, deed), f"{deed} is done; it must be refused: {_words(wanted)}")
    broken(_blamed(wanted, deed), f"{deed} is refused with {_words(found)}, not {_words(wanted)}")


def _blamed(refusal: Refusal, deed: str) -> str:
    name = refusal.args[0]
    return REFUSALS.get(name) or MACHINE_REFUSALS.get(name) or DEEDS.get(deed, "G-11")


def _words(refusal: Refusal) -> str:
    name, args = refusal.args
    shown = [f"0x{arg.hex()}" if isinstance(arg, bytes) else str(arg) for arg in args]
    return f"{name}({', '.join(shown)})"


# --- after each step ------------------------------------------------------------------------------


def no_honest_claim_is_countered(play: "Play", game: "Game") -> None:
    for index, claim in enumerate(game.claims):
        if claim.by == play.honest and claim.countered_by is not None:
            broken("G-2", f"claim {index} was countered by {play.name(claim.countered_by)}")


def weth_covers_bonds_and_credits(play: "Play", game: "Game") -> None:
    """As long as the owner does not take any."""
    if play.owner_took:
        return
    held = play.model.weth.get(game.address, 0)
    paid = sum(game.received.values())
    if held + paid != sum(game.deposited.values()):
        broken("G-7", f"the game holds {held} wei and paid {paid}, of {sum(game.deposited.values())}")
    if game.mode != 2:
        owed = game.bonds_outstanding() + sum(game.credit.values())
        if held != owed:
            broken("G-7", f"the game holds {held} wei, and owes {owed}")
    elif held != sum(game.paid.values()):
        broken("G-9", f"the game holds {held} wei, and owes back {sum(game.paid.values())}")


def clocks_leave_an_extension(play: "Play", game: "Game") -> None:
    for index, claim in enumerate(game.claims):
        left = game.rules.clock - claim.used
        if claim.parent >= 0 and left < game.least_left(claim.place[0]):
            broken("G-13", f"claim {index} leaves {left} seconds to the next move of its side")


def decided_games_are_decided_by_truth(play: "Play", game: "Game") -> None:
    if not game.status or not play.is_played(game):
        return
    wanted = 2 if play.should_stand(game) else 1
    if game.status != wanted:
        broken("G-1", f"game 0x{game.address.hex()} has status {game.status}, not {wanted}")


def anchor_is_true(play: "Play") -> None:
    root, block = play.model.anchor_root()
    if root != play.l2.root(block):
        broken("R-1", f"the anchor of block {block} is 0x{root.hex()}, not its output root")


def weth_is_backed(play: "Play") -> None:
    model = play.model
    ether, weth = model.balances[model.who.weth], sum(model.weth.values())
    if ether + model.recovered != weth:
        broken("W-1", f"there are {ether} wei and {model.recovered} were recovered, for {weth} wei of WETH")


def only_true_withdrawals_are_finalized(play: "Play") -> None:
    for hash_ in play.model.finalized:
        if hash_ not in play.true_withdrawals:
            broken("B-1", f"withdrawal 0x{hash_.hex()} was finalized")


# --- in the end -----------------------------------------------------------------------------------


def honest_party_earned_its_due(play: "Play", game: "Game") -> None:
    if not play.is_played(game):
        return
    if game.mode == 2:
        due = game.deposited.get(play.honest, 0)
    else:
        due = play.due(game)
        if due < game.deposited.get(play.honest, 0):
            broken("G-3", f"the honest party is due {due} wei of {game.deposited[play.honest]} that it paid")
    if (got := game.received.get(play.honest, 0)) != due and not play.owner_took:
        broken("G-3", f"the honest party got {got} wei, and was due {due}")


def refunds_are_exact(play: "Play", game: "Game") -> None:
    if game.mode != 2 or play.owner_took:
        return
    for person, paid in game.deposited.items():
        got = game.received.get(person, 0)
        if got != paid:
            broken("G-9", f"{play.name(person)} got {got} wei back, and paid {paid}")


def everything_is_paid_out(play: "Play", game: "Game") -> None:
    if play.owner_took:
        return
    if left := play.model.weth.get(game.address, 0):
        broken("G-7", f"{left} wei stay in the game")


def valid_withdrawals_are_finalized(play: "Play") -> None:
    """Each that is proven against a game that still counts; the portal has ether enough."""
    for (hash_, _), proof in play.model.proofs.items():
        if play.model.is_claim_valid(proof.game) and hash_ not in play.model.finalized:
            broken("B-6", f"withdrawal 0x{hash_.hex()} was not")


EachGame: TypeAlias = Callable[["Play", "Game"], None]
ALWAYS: tuple[EachGame, ...] = (
    no_honest_claim_is_countered,
    weth_covers_bonds_and_credits,
    clocks_leave_an_extension,
    decided_games_are_decided_by_truth,
)
ALWAYS_OF_ALL: tuple[Callable[["Play"], None], ...] = (
    anchor_is_true,
    weth_is_backed,
    only_true_withdrawals_are_finalized,
)
IN_THE_END: tuple[EachGame, ...] = (
    honest_party_earned_its_due,
    refunds_are_exact,
    everything_is_paid_out,
)
