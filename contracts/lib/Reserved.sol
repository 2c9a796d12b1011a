// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Reserved
/// @notice The logic of a proxy that is not set up yet: no function, no state. A deployment first claims all proxy
///         addresses with it and then upgrades each and initializes it in one transaction, which only the owner
///         can send; nobody can initialize in between.
contract Reserved {}
