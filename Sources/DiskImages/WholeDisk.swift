/// A disk of which it was proven that nothing of it is missing: every table that its metadata name, and every cluster, grain, block and
/// extent that the tables name, lies inside its file. Nothing else is converted.
package struct WholeDisk: Sendable {
    package let disk: DiskImage

    /// Reads all tables; in an OVA with a manifest, all bytes.
    package init(proving disk: DiskImage) async throws {
        try await BlockingCalls.run { cancellation in
            let range = try Self.checkIsWhole(disk, cancellation)
            try MemberVerification(disk, in: range)?.check(cancellation)
            for layer in disk.backing {
                do throws(DiskImageError) { _ = try Self.checkIsWhole(layer, cancellation) } catch {
                    throw error.about("In the backing file \(layer.path)")
                }
            }
        }
        self.disk = disk
    }

    /// What the file says by now counts, in case that it was changed.
    private static func checkIsWhole(_ disk: DiskImage, _ cancellation: BlockingCalls.Cancellation) throws(DiskImageError) -> ImageRange {
        let range = ImageRange(try ImageFile(opening: disk.path), offset: disk.offset, length: disk.length)
        guard !disk.isEmpty else { return range }
        let layout = try range.layout(of: disk.format, disk.isTrusted ? .followed(from: disk.path) : .refused)
        guard UInt64(disk.virtualBytes) == layout.virtualBytes, disk.virtualBytes <= DiskImage.mostVirtualBytes else {
            throw DiskImageError(.content, "The disk has \(layout.virtualBytes) bytes, and \(disk.virtualBytes) are allowed.")
        }
        if disk.virtualBytes > 0 { try layout.checkIsWhole(cancellation) }
        return range
    }
}
