# Decides whether a disputed output root is right, as op-program does, in miniature: a program of some 400 steps.
#
# L2 is what one preimage says: the output roots of all blocks from the first on, 32 bytes each, under the SHA-256
# key that is built in. L1 up to a head makes L2 safe: the head's preimage is the decimal number of an L1 block, and its
# fourth digit counts the safe blocks after the first. The right root is that of the disputed block, or of the last
# safe one before it; nothing follows from an agreed root that is of no block.
#
# Ends with exit code 0 where the disputed root is right, 1 where it is wrong, 2 where nobody knows the agreed root.
#
# s0 holds the address of the data, below; nothing else outlives a routine but what its comment says.

.text 0x1000

start:
        ori     $s0, $zero, 0x2000
        ori     $t1, $zero, 1           # L1 head
        jal     word
        daddiu  $s1, $s0, 0x40
        ori     $t1, $zero, 2           # agreed root
        jal     word
        daddiu  $s1, $s0, 0x60

        ori     $v0, $zero, 5055        # clone: the other thread runs first
        lui     $a0, 5
        ori     $a0, $a0, 0x0f00
        daddiu  $a1, $s0, 0xf00
        syscall
        beq     $v0, $zero, other
        nop

        ori     $t1, $zero, 4           # number of the disputed block
        sb      $t1, 31($s0)
        jal     ask
        or      $a1, $s0, $zero
        daddiu  $a1, $s0, 0xa0
        ori     $v0, $zero, 5000
        syscall

wait:   ld      $t0, 0xb8($s0)          # until the other thread is done
        bne     $t0, $zero, safe
        nop
        ori     $v0, $zero, 5023        # sched_yield
        syscall
        beq     $zero, $zero, wait
        nop

safe:   ori     $t1, $zero, 2           # the head's preimage: a keccak256 key is the hash but for its first byte
        sb      $t1, 0x40($s0)
        jal     ask
        daddiu  $a1, $s0, 0x40
        daddiu  $a1, $s0, 0xa8
        ori     $v0, $zero, 5000
        syscall
        lbu     $s2, 0xab($s0)
        daddiu  $s2, $s2, -48           # safe blocks after the first
        ld      $t0, 0xa0($s0)
        daddiu  $t0, $t0, -100          # the first block is number 100
        sltu    $t1, $t0, $s2
        beq     $t1, $zero, roots
        nop
        or      $s2, $t0, $zero         # s2: the block that counts, after the first

roots:  jal     ask
        daddiu  $a1, $s0, 0x20
        ld      $t0, 0xb0($s0)
        dsrl    $s4, $t0, 5             # s4: how many roots there are
        or      $s3, $zero, $zero       # s3: the block whose root is read
find:   sltu    $t0, $s3, $s4
        beq     $t0, $zero, unknown
        nop
        jal     read
        daddiu  $a1, $s0, 0xc0
        jal     same
        daddiu  $t2, $s0, 0x60
        beq     $v1, $zero, find
        daddiu  $s3, $s3, 1
        daddiu  $s3, $s3, -1
next:   sltu    $t0, $s3, $s2
        beq     $t0, $zero, last
        nop
        jal     read
        daddiu  $a1, $s0, 0xc0
        beq     $zero, $zero, next
        daddiu  $s3, $s3, 1
last:   jal     same
        daddiu  $t2, $s0, 0x80
        xori    $a0, $v1, 1
end:    ori     $v0, $zero, 5205        # exit_group
        syscall
unknown:
        beq     $zero, $zero, end
        ori     $a0, $zero, 2

# The other thread: reads the disputed root, and says so.
other:  ori     $v0, $zero, 5023        # sched_yield: to the first thread, once
        syscall
        ori     $t1, $zero, 3
        jal     word
        daddiu  $s1, $s0, 0x80
        ori     $t0, $zero, 1
        sd      $t0, 0xb8($s0)
        ori     $v0, $zero, 5058        # exit
        syscall

# Local word t1, of 32 bytes, to s1.
word:   sb      $t1, 31($s0)
        or      $t8, $ra, $zero
        jal     ask
        or      $a1, $s0, $zero
        or      $a1, $s1, $zero
        or      $ra, $t8, $zero

# The next 32 bytes of what was asked for, to a1.
read:   ori     $v0, $zero, 5000
        syscall
        daddiu  $a1, $a1, 8
        ori     $v0, $zero, 5000
        syscall
        daddiu  $a1, $a1, 8
        ori     $v0, $zero, 5000
        syscall
        daddiu  $a1, $a1, 8
        ori     $v0, $zero, 5000
        syscall
        jr      $ra
        nop

# Asks for the preimage of the key at a1, and reads its length.
ask:    ori     $a0, $zero, 6
        ori     $a2, $zero, 8
        ori     $v0, $zero, 5001
        syscall
        daddiu  $a1, $a1, 8
        ori     $v0, $zero, 5001
        syscall
        daddiu  $a1, $a1, 8
        ori     $v0, $zero, 5001
        syscall
        daddiu  $a1, $a1, 8
        ori     $v0, $zero, 5001
        syscall
        ori     $a0, $zero, 5
        daddiu  $a1, $s0, 0xb0
        ori     $v0, $zero, 5000
        syscall
        jr      $ra
        nop

# Whether the root read last is the one at t2: v1 is 1 or 0.
same:   or      $v1, $zero, $zero
        ld      $t0, 0($t2)
        ld      $t1, 0xc0($s0)
        bne     $t0, $t1, differs
        ld      $t0, 8($t2)
        ld      $t1, 0xc8($s0)
        bne     $t0, $t1, differs
        ld      $t0, 16($t2)
        ld      $t1, 0xd0($s0)
        bne     $t0, $t1, differs
        ld      $t0, 24($t2)
        ld      $t1, 0xd8($s0)
        bne     $t0, $t1, differs
        nop
        ori     $v1, $zero, 1
differs:
        jr      $ra
        nop

.data 0x2000
# 0x00  key of a local word, but for its last byte
        .dword  0x0100000000000000, 0, 0, 0
# 0x20  key of the output roots
        .roots
# 0x40 L1 head, 0x60 agreed root, 0x80 disputed root, 0xa0 disputed block's number, 0xa8 number of the L1 head,
# 0xb0 length of the preimage asked for, 0xb8 whether the other thread is done, 0xc0 the root read last
