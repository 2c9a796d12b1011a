// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Machines} from "./support/Machines.sol";

/// @notice Loads and stores, whole and in parts, and reservations.
contract MIPS64MemoryTest is Machines {
    uint64 internal constant WORD = 0x8182838485868788; // what `at` puts at DATA
    uint64 internal constant REGISTER = 0xA1A2A3A4A5A6A7A8;

    /*//////////////////////////////////////////////////////////////
                                 LOADS
    //////////////////////////////////////////////////////////////*/

    /// @notice Bug 27 of the list: an address within a number means the number.
    function test_loads_ofEveryByte_withAndWithoutSign() public {
        for (uint64 i = 0; i < 8; i++) {
            _loads(0x24, i, 0x81 + i); // lbu
            _loads(0x20, i, 0xFFFFFFFFFFFFFF81 + i); // lb
            uint64 half = (0x8182 + (i / 2) * 0x0202);
            _loads(0x25, i, half); // lhu
            _loads(0x21, i, 0xFFFFFFFFFFFF0000 | half); // lh
            uint64 word = i < 4 ? 0x81828384 : 0x85868788;
            _loads(0x27, i, word); // lwu
            _loads(0x23, i, 0xFFFFFFFF00000000 | word); // lw
            _loads(0x37, i, WORD); // ld
        }
    }

    function test_loads_ofPositiveNumbers_haveNoSign() public {
        for (uint64 i = 0; i < 8; i++) {
            _loadsFrom(0x0102030405060708, 0x20, i, 1 + i);
            _loadsFrom(0x7FFFFFFF7FFFFFFF, 0x23, i, 0x7FFFFFFF);
            _loadsFrom(0x7FFF7FFF7FFF7FFF, 0x21, i, 0x7FFF);
        }
    }

    function test_loads_left_ofWords_haveASign() public {
        uint64[8] memory results = [
            0xFFFFFFFF81828384,
            0xFFFFFFFF828384A8,
            0xFFFFFFFF8384A7A8,
            0xFFFFFFFF84A6A7A8,
            0xFFFFFFFF85868788,
            0xFFFFFFFF868788A8,
            0xFFFFFFFF8788A7A8,
            0xFFFFFFFF88A6A7A8
        ];
        for (uint64 i = 0; i < 8; i++) {
            _loads(0x22, i, results[i]); // lwl
        }
        _loadsFrom(0x7F000000_00000000, 0x22, 0, 0x7F000000);
    }

    /// @notice As cannon has it: unless the whole word is loaded, the upper half stays.
    function test_loads_right_ofWords_haveASignIfWhole() public {
        uint64[8] memory results = [
            0xA1A2A3A4A5A6A781,
            0xA1A2A3A4A5A68182,
            0xA1A2A3A4A5818283,
            0xFFFFFFFF81828384,
            0xA1A2A3A4A5A6A785,
            0xA1A2A3A4A5A68586,
            0xA1A2A3A4A5858687,
            0xFFFFFFFF85868788
        ];
        for (uint64 i = 0; i < 8; i++) {
            _loads(0x26, i, results[i]); // lwr
        }
    }

    function test_loads_leftAndRight_ofDoublewords() public {
        uint64[8] memory left = [
            WORD,
            0x82838485868788A8,
            0x838485868788A7A8,
            0x8485868788A6A7A8,
            0x85868788A5A6A7A8,
            0x868788A4A5A6A7A8,
            0x8788A3A4A5A6A7A8,
            0x88A2A3A4A5A6A7A8
        ];
        uint64[8] memory right = [
            0xA1A2A3A4A5A6A781,
            0xA1A2A3A4A5A68182,
            0xA1A2A3A4A5818283,
            0xA1A2A3A481828384,
            0xA1A2A38182838485,
            0xA1A2818283848586,
            0xA181828384858687,
            WORD
        ];
        for (uint64 i = 0; i < 8; i++) {
            _loads(0x1A, i, left[i]); // ldl
            _loads(0x1B, i, right[i]); // ldr
        }
    }

    /*//////////////////////////////////////////////////////////////
                                 STORES
    //////////////////////////////////////////////////////////////*/

    function test_stores_ofParts_leaveTheRest() public {
        for (uint64 i = 0; i < 8; i++) {
            uint64 shift = 56 - 8 * i;
            _stores(0x28, i, (WORD & ~(uint64(0xFF) << shift)) | (uint64(0xA8) << shift)); // sb
            shift = 48 - 16 * (i / 2);
            _stores(0x29, i, (WORD & ~(uint64(0xFFFF) << shift)) | (uint64(0xA7A8) << shift)); // sh
            _stores(0x2B, i, i < 4 ? 0xA5A6A7A885868788 : 0x81828384A5A6A7A8); // sw
            _stores(0x3F, i, REGISTER); // sd
        }
    }

    function test_stores_leftAndRight_ofWords() public {
        uint64[8] memory left = [
            0xA5A6A7A885868788,
            0x81A5A6A785868788,
            0x8182A5A685868788,
            0x818283A585868788,
            0x81828384A5A6A7A8,
            0x8182838485A5A6A7,
            0x818283848586A5A6,
            0x81828384858687A5
        ];
        uint64[8] memory right = [
            0xA882838485868788,
            0xA7A8838485868788,
            0xA6A7A88485868788,
            0xA5A6A7A885868788,
            0x81828384A8868788,
            0x81828384A7A88788,
            0x81828384A6A7A888,
            0x81828384A5A6A7A8
        ];
        for (uint64 i = 0; i < 8; i++) {
            _stores(0x2A, i, left[i]); // swl
            _stores(0x2E, i, right[i]); // swr
        }
    }

    function test_stores_leftAndRight_ofDoublewords() public {
        uint64[8] memory left = [
            REGISTER,
            0x81A1A2A3A4A5A6A7,
            0x8182A1A2A3A4A5A6,
            0x818283A1A2A3A4A5,
            0x81828384A1A2A3A4,
            0x8182838485A1A2A3,
            0x818283848586A1A2,
            0x81828384858687A1
        ];
        uint64[8] memory right = [
            0xA882838485868788,
            0xA7A8838485868788,
            0xA6A7A88485868788,
            0xA5A6A7A885868788,
            0xA4A5A6A7A8868788,
            0xA3A4A5A6A7A88788,
            0xA2A3A4A5A6A7A888,
            REGISTER
        ];
        for (uint64 i = 0; i < 8; i++) {
            _stores(0x2C, i, left[i]); // sdl
            _stores(0x2D, i, right[i]); // sdr
        }
    }

    /*//////////////////////////////////////////////////////////////
                               ADDRESSES
    //////////////////////////////////////////////////////////////*/

    /// @notice Each of the four words of a leaf, in leaves on both sides of every level.
    function test_words_ofALeaf_andOfLeavesFarApart() public {
        uint64[6] memory places = [uint64(0), 0x20, 0x5540, 1 << 32, 0xAAAAAAAAAAAAAAA0, ONES - 31];
        for (uint256 i = 0; i < places.length; i++) {
            for (uint64 offset = 0; offset < 32; offset += 8) {
                Machine memory m = at(immediate(0x37, RS, RT, 0)); // ld
                (m.r[RS], m.data) = (places[i] + offset, places[i]);
                poke(m, places[i] + offset, REGISTER);
                Machine memory after_ = done(m);
                after_.r[RT] = REGISTER;
                check(m, after_, "ld");

                m = at(immediate(0x3F, RS, RT, 0)); // sd
                (m.r[RS], m.r[RT], m.data) = (places[i] + offset, REGISTER, places[i]);
                poke(m, places[i] + (offset ^ 8), WORD);
                after_ = done(m);
                poke(after_, places[i] + offset, REGISTER);
                check(m, after_, "sd");
            }
        }
    }

    function test_address_isTheSum_withASign_andWraps() public {
        Machine memory m = at(immediate(0x37, RS, RT, 0x8000)); // ld
        m.r[RS] = DATA + 0x8000;
        Machine memory after_ = done(m);
        after_.r[RT] = WORD;
        check(m, after_, "backwards");
        m = at(immediate(0x37, RS, RT, 0x7FF8));
        m.r[RS] = DATA - 0x7FF8;
        after_ = done(m);
        after_.r[RT] = WORD;
        check(m, after_, "forwards");
        m = at(immediate(0x37, RS, RT, 0x10));
        (m.r[RS], m.data) = (ONES - 7, 8);
        poke(m, 8, REGISTER);
        after_ = done(m);
        after_.r[RT] = REGISTER;
        check(m, after_, "beyond the end");
    }

    function test_program_canChangeItself() public {
        Machine memory m = at(immediate(0x3F, RS, RT, 0)); // sd
        (m.r[RS], m.r[RT], m.data) = (PC + 8, REGISTER, PC + 8);
        Machine memory after_ = done(m);
        poke(after_, PC + 8, REGISTER);
        check(m, after_, "in the leaf of the instruction");
    }

    /*//////////////////////////////////////////////////////////////
                              RESERVATIONS
    //////////////////////////////////////////////////////////////*/

    function test_loadLinked_reservesItsAddress() public {
        for (uint64 offset = 0; offset < 8; offset++) {
            Machine memory m = at(immediate(0x30, RS, RT, offset)); // ll
            m.r[RS] = DATA;
            Machine memory after_ = done(m);
            (after_.reservation, after_.reserved, after_.reservedBy) = (1, DATA + offset, m.id);
            after_.r[RT] = offset < 4 ? 0xFFFFFFFF81828384 : 0xFFFFFFFF85868788;
            check(m, after_, "ll");

            m = at(immediate(0x34, RS, RT, offset)); // lld
            m.r[RS] = DATA;
            (m.reservation, m.reserved, m.reservedBy) = (1, 77, 88); // another's, which is over
            after_ = done(m);
            (after_.reservation, after_.reserved, after_.reservedBy) = (2, DATA + offset, m.id);
            after_.r[RT] = WORD;
            check(m, after_, "lld");
        }
    }

    function test_storeConditional_withItsReservation_stores_andEndsIt() public {
        for (uint64 offset = 0; offset < 8; offset++) {
            Machine memory m = _reserving(0x38, offset, 1); // sc
            Machine memory after_ = _free(done(m));
            poke(after_, DATA, offset < 4 ? 0xA5A6A7A885868788 : 0x81828384A5A6A7A8);
            after_.r[RT] = 1;
            check(m, after_, "sc");
            m = _reserving(0x3C, offset, 2); // scd
            after_ = _free(done(m));
            poke(after_, DATA, REGISTER);
            after_.r[RT] = 1;
            check(m, after_, "scd");
        }
    }

    function test_storeConditional_otherReservation_doesNothing() public {
        for (uint256 opcode = 0x38; opcode <= 0x3C; opcode += 4) {
            uint8 right = opcode == 0x38 ? 1 : 2;
            for (uint8 kind = 0; kind < 5; kind++) {
                Machine memory m = _reserving(opcode, 0, right);
                if (kind < 3) m.reservation = kind; // none, of a word, of a doubleword
                else if (kind == 3) m.reserved = DATA + 4;
                else m.reservedBy = m.id + 1;
                Machine memory after_ = done(m);
                if (kind == right) {
                    _free(after_);
                    poke(after_, DATA, right == 1 ? 0xA5A6A7A885868788 : REGISTER);
                }
                after_.r[RT] = kind == right ? 1 : 0;
                check(m, after_, "only its own");
            }
        }
    }

    function test_storeConditional_thatFails_needsNoMemory() public {
        Machine memory m = _reserving(0x38, 0, 0);
        m.data = 0; // a proof of another address
        Machine memory after_ = done(m);
        after_.r[RT] = 0;
        check(m, after_, "failed");
    }

    function test_storeConditional_withoutARegisterForItsSuccess() public {
        Machine memory m = _reserving(0x3C, 0, 2);
        poke(m, PC, uint64(immediate(0x3C, RS, 0, 0)) << 32);
        Machine memory after_ = _free(done(m));
        poke(after_, DATA, 0);
        check(m, after_, "register 0");
    }

    /// @notice Whoever stores anywhere into the reserved word; not into the next one.
    function test_store_toAReservedWord_endsTheReservation() public {
        for (uint64 reserved = DATA - 1; reserved <= DATA + 8; reserved++) {
            Machine memory m = at(immediate(0x28, RS, RT, 3)); // sb
            (m.r[RS], m.r[RT]) = (DATA, 0x84); // what is there already
            (m.reservation, m.reserved, m.reservedBy) = (1, reserved, 99);
            Machine memory after_ = done(m);
            if (reserved >= DATA && reserved < DATA + 8) _free(after_);
            check(m, after_, "sb");
        }
    }

    function test_load_ofAReservedWord_leavesTheReservation() public {
        Machine memory m = at(immediate(0x37, RS, RT, 0)); // ld
        m.r[RS] = DATA;
        (m.reservation, m.reserved, m.reservedBy) = (1, DATA, 99);
        Machine memory after_ = done(m);
        after_.r[RT] = WORD;
        check(m, after_, "ld");
    }

    /*//////////////////////////////////////////////////////////////
                                HELPERS
    //////////////////////////////////////////////////////////////*/

    function _loads(uint256 opcode, uint64 offset, uint64 value) private {
        _loadsFrom(WORD, opcode, offset, value);
    }

    function _loadsFrom(uint64 word, uint256 opcode, uint64 offset, uint64 value) private {
        Machine memory m = at(immediate(opcode, RS, RT, 1));
        (m.r[RS], m.r[RT]) = (DATA + offset - 1, REGISTER);
        poke(m, DATA, word);
        Machine memory after_ = done(m);
        after_.r[RT] = value;
        check(m, after_, "load");
    }

    function _stores(uint256 opcode, uint64 offset, uint64 word) private {
        Machine memory m = at(immediate(opcode, RS, RT, 1));
        (m.r[RS], m.r[RT]) = (DATA + offset - 1, REGISTER);
        poke(m, DATA + 8, ~uint64(0)); // a neighbour in the same leaf
        Machine memory after_ = done(m);
        poke(after_, DATA, word);
        check(m, after_, "store");
    }

    function _reserving(uint256 opcode, uint64 offset, uint8 kind) private pure returns (Machine memory m) {
        m = at(immediate(opcode, RS, RT, offset));
        (m.r[RS], m.r[RT]) = (DATA, REGISTER);
        (m.reservation, m.reserved, m.reservedBy) = (kind, DATA + offset, m.id);
    }

    function _free(Machine memory m) private pure returns (Machine memory) {
        (m.reservation, m.reserved, m.reservedBy) = (0, 0, 0);
        return m;
    }
}
