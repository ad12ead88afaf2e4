import Files

/// A VMDK that is one sparse file.
struct VMDKLayout: DiskLayout {
    let backing: BackingReference?
    private let range: ImageRange
    private let header: VMDKHeader

    var virtualBytes: UInt64 { header.virtualBytes }

    init(_ range: ImageRange, _ references: References) throws(DiskImageError) {
        guard try !VMDKDescriptor.isText(range) else {
            throw DiskImageError(
                .reference,
                "The VMDK is a descriptor that refers to other files: make it monolithicSparse or streamOptimized."
            )
        }
        self.range = range
        header = try VMDKHeader(range)
        let descriptor = try header.descriptor(range)
        backing = try descriptor.parent(references)
        try descriptor.checkIsAlone()
    }

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        try VMDKGrains(range, header).check(cancellation)
    }
}

/// A VMDK whose descriptor is a file of its own, and its disk in others beside it.
struct VMDKExtents: DiskLayout {
    private static let types: Set = ["monolithicFlat", "vmfs", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"]
    private static let sector = UInt64(VMDKHeader.sector)

    private enum Part {
        /// From this sector on.
        case flat(UInt64)
        case sparse
    }

    let virtualBytes: UInt64
    let backing: BackingReference?
    private let parts: [(path: String, sectors: UInt64, part: Part)]

    init(_ range: ImageRange, _ references: References) throws(DiskImageError) {
        let descriptor = try VMDKDescriptor(file: range)
        let type = try descriptor.type
        guard Self.types.contains(type) else {
            throw DiskImageError(
                .incomplete,
                "The VMDK is of the type \(DiskImageError.quoted(type)): make it monolithicSparse or streamOptimized."
            )
        }
        backing = try descriptor.parent(references)
        parts = try descriptor.extents().map { extent throws(DiskImageError) in
            (try references.path(of: extent.file), extent.sectors, try Self.part(extent))
        }
        virtualBytes = parts.reduce(0) { $0 + $1.sectors } * Self.sector
    }

    private static func part(_ extent: VMDKDescriptor.Extent) throws(DiskImageError) -> Part {
        switch (extent.type, extent.offset) {
        case ("FLAT", let offset?): .flat(offset)
        case ("VMFS", nil): .flat(0)
        case ("SPARSE", nil): .sparse
        default:
            throw DiskImageError(
                .incomplete,
                "The VMDK has an extent of the type \(DiskImageError.quoted(extent.type)): make it monolithicSparse or streamOptimized."
            )
        }
    }

    func checkIsWhole(_ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) {
        for (path, sectors, part) in parts {
            let range = ImageRange(try ImageFile(opening: path))
            do throws(DiskImageError) {
                switch part {
                case .flat(let offset): try Self.check(range, sectors: sectors, from: offset)
                case .sparse:
                    let header = try VMDKHeader(range)
                    guard header.capacity == sectors else {
                        throw DiskImageError(.content, "It has \(header.capacity) sectors, and its descriptor says \(sectors).")
                    }
                    try VMDKGrains(range, header).check(cancellation)
                }
            } catch { throw error.about("In the VMDK, the extent \(DiskImageError.quoted(PathText.name(of: path)))") }
        }
    }

    private static func check(_ range: ImageRange, sectors: UInt64, from offset: UInt64) throws(DiskImageError) {
        let (place, isOver) = offset.multipliedReportingOverflow(by: sector)
        try range.require(sectors * sector, at: isOver ? .max : place, "sectors", of: "file")
    }
}
