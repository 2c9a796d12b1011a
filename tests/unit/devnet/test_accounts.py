"""The test keys are those that everybody knows."""

from eth_account import Account

from opcycle.devnet.accounts import ACCOUNTS, ROLES

MNEMONIC = "test " * 11 + "junk"


def test_accounts__mnemonic__its_first_ten_keys_in_order() -> None:
    Account.enable_unaudited_hdwallet_features()
    for index, role in enumerate(ROLES):
        expected = Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
        assert ACCOUNTS[role].key == bytes(expected.key)
        assert ACCOUNTS[role].address == bytes.fromhex(expected.address[2:])
        assert ACCOUNTS[role].role == role


def test_accounts__roles__ten_of_their_own() -> None:
    assert len({account.address for account in ACCOUNTS.values()}) == len(ROLES) == 10
