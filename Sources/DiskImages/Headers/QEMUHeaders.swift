/// The header of a qcow2 file: QEMU's docs/interop/qcow2.txt.
struct QCOW2Header {
    let virtualBytes: UInt64

    init(_ range: ImageRange) throws(DiskImageError) {
        let header = try range.fields(72, at: 0, of: "qcow2 header")
        guard header.big(UInt64.self, at: 8) == 0 else { throw DiskImageError(.reference, "The file refers to a backing file.") }
        if header.big(UInt32.self, at: 4) >= 3 {
            let features = try range.fields(80, at: 0, of: "qcow2 header").big(UInt64.self, at: 72)
            // Bit 2 of the incompatible features.
            guard features & 0b100 == 0 else { throw DiskImageError(.reference, "The file refers to an external data file.") }
        }
        virtualBytes = header.big(UInt64.self, at: 24)
    }
}

/// The header of a QED file: QEMU's docs/interop/qed_spec.txt.
struct QEDHeader {
    let virtualBytes: UInt64

    init(_ range: ImageRange) throws(DiskImageError) {
        let header = try range.fields(64, at: 0, of: "QED header")
        // Bit 0 of the features.
        guard header.little(UInt64.self, at: 16) & 1 == 0 else { throw DiskImageError(.reference, "The file refers to a backing file.") }
        virtualBytes = header.little(UInt64.self, at: 48)
    }
}

/// The header of VirtualBox's own format. A disk that refers to others is of a type that QEMU does not read.
struct VDIHeader {
    let virtualBytes: UInt64

    init(_ range: ImageRange) throws(DiskImageError) {
        let header = try range.fields(512, at: 0, of: "VDI header")
        // 1 is dynamic, 2 fixed; 3 and 4 hold what differs from another disk.
        guard (1...2).contains(header.little(UInt32.self, at: 76)) else {
            throw DiskImageError(.reference, "The VDI refers to a parent disk: make it a disk of its own first.")
        }
        virtualBytes = header.little(UInt64.self, at: 368)
    }
}
