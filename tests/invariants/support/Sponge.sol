// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Sponge
/// @notice Keccak-f[1600] as its definition has it, bit by bit where that is shorter. It shares nothing with the contract's.
library Sponge {
    function permute(uint64[25] memory a) internal pure {
        uint64 register = 1;
        for (uint256 round = 0; round < 24; round++) {
            uint64[25] memory moved = _moved(_parities(a));
            for (uint256 i = 0; i < 25; i++) {
                uint256 row = i - i % 5;
                a[i] = moved[i] ^ (~moved[row + (i + 1) % 5] & moved[row + (i + 2) % 5]); // chi
            }
            for (uint256 j = 0; j < 7; j++) {
                if (register & 1 == 1) a[0] ^= uint64(1) << uint64(2 ** j - 1); // iota
                register = register & 0x80 == 0 ? register << 1 : (register << 1) ^ 0x171;
            }
        }
    }

    /// @dev theta
    function _parities(uint64[25] memory a) private pure returns (uint64[25] memory b) {
        for (uint256 i = 0; i < 25; i++) {
            b[i] = a[i];
            for (uint256 y = 0; y < 25; y += 5) {
                b[i] ^= a[(i + 4) % 5 + y] ^ _turned(a[(i + 1) % 5 + y], 1);
            }
        }
    }

    /// @dev rho and pi: (x, y) goes to (y, 2x + 3y)
    function _moved(uint64[25] memory a) private pure returns (uint64[25] memory b) {
        b[0] = a[0];
        (uint256 x, uint256 y) = (1, 0);
        for (uint256 t = 0; t < 24; t++) {
            uint256 nextY = (2 * x + 3 * y) % 5;
            b[y + 5 * nextY] = _turned(a[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
            (x, y) = (y, nextY);
        }
    }

    function _turned(uint64 lane, uint256 bits) private pure returns (uint64) {
        return lane << uint64(bits) | lane >> uint64(64 - bits);
    }
}
