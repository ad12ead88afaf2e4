# What the scripts that make bootable disks share; they source it. A disk has a boot sector, a FAT partition with the kernel, its initramfs and what
# starts them, and an ext4 root partition behind it. It is made without root and without loop devices.
#
# The script that sources it has set `work`, a folder of its own for what is on the way.

boot_mib=80
mbr=/usr/lib/syslinux/mbr/mbr.bin
disk="$work/disk.raw"
# no_timer_check: on a busy host, an emulated timer seems not to tick, and the kernel would give up.
boot_options="quiet panic=10 no_timer_check"

fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# need_tools TOOL…: those, and what is run here.
need_tools() {
    local tool
    [ "$(uname -m)" = x86_64 ] || fail "the boot loader is for x86-64"
    for tool in "$@" syslinux mcopy mkfs.fat mke2fs sfdisk; do
        command -v "$tool" >/dev/null || fail "$tool is missing; script/setup installs it"
    done
    [ -r "$mbr" ] || fail "$mbr is missing; script/setup installs syslinux-common"
}

# begin_disk SIZE_MIB KERNEL INITRAMFS: the partitions, and the first one with the kernel on it.
begin_disk() {
    truncate -s "${1}M" "$disk"
    sfdisk -q "$disk" <<TABLE
label: dos
start=1MiB, size=${boot_mib}MiB, type=e, bootable
start=$((boot_mib + 1))MiB, type=83
TABLE
    dd if="$mbr" of="$disk" bs=440 count=1 conv=notrunc status=none
    mkfs.fat -F 16 -n BOOT --offset 2048 "$disk" $((boot_mib * 1024)) >"$work/mkfs.log" 2>&1 || fail "$(cat "$work/mkfs.log")"
    onto "$2" vmlinuz
    onto "$3" initrd.gz
}

# onto FILE NAME: copies a file onto the boot partition.
onto() { MTOOLS_SKIP_CHECK=1 mcopy -i "$disk@@1M" "$1" "::$2"; }

# boot_by_bios OPTIONS: what starts the kernel where there is no UEFI.
boot_by_bios() {
    syslinux --install --offset $((1024 * 1024)) "$disk"
    printf 'SERIAL 0 115200\nDEFAULT linux\nPROMPT 0\nLABEL linux\n  KERNEL /vmlinuz\n  INITRD /initrd.gz\n  APPEND %s\n' "$1" >"$work/syslinux.cfg"
    onto "$work/syslinux.cfg" syslinux.cfg
}

# end_disk OUT SIZE_MIB ROOT_FOLDER [COMMAND…]: the root partition. The command runs what reads the folder, where its owners show only so.
end_disk() {
    local out=$1 size=$2 root=$3
    shift 3
    "$@" mke2fs -q -t ext4 -L root -d "$root" -E "root_owner=0:0,offset=$(((boot_mib + 1) * 1024 * 1024)),nodiscard" \
        "$disk" "$((size - boot_mib - 1))M" 2>"$work/mke2fs.log" || fail "$(cat "$work/mke2fs.log")"
    cp --sparse=always "$disk" "$out"
}

# told OUT SIZE_MIB: how large it is.
told() { echo "$1: $2 MiB, $(($(stat -c %b "$1") * 512 / 1048576)) MiB of them written"; }
