def test_withdrawal(devnet, user):
    devnet.deposit(user, ether=1)
    withdrawal = devnet.withdraw(user, ether="0.4")
    devnet.advance_until(withdrawal.provable)
    withdrawal.prove()
    devnet.advance(days=7)
    withdrawal.finalize()
    assert devnet.l1.balance(user) > 99 * 10**18
