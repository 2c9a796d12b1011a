// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @notice Stands for the file of upstream's deploy scripts that its list of predeploys imports, for the order of the
///         forks alone. The file itself needs forge's library, which the Go module does not have.
enum Fork {
    NONE,
    DELTA,
    ECOTONE,
    FJORD,
    GRANITE,
    HOLOCENE,
    ISTHMUS,
    JOVIAN,
    KARST,
    INTEROP
}
