import Files
import Foundation

/// Converts disks between formats, by qemu-img.
///
/// What it reads is a ``WholeDisk``, so a file that was inspected and misses nothing; the format is always named, so that nothing is found
/// out from what a guest wrote; and no parent is opened that was not followed, whatever the file says.
package struct DiskConverter: Sendable {
    /// Told in per cent, rising.
    package typealias Progress = @Sendable (Int) -> Void

    /// What disks are exported to.
    package enum Product: Hashable, Sendable {
        /// Compressed, as an OVA holds it.
        case vmdk
        /// Dynamic, of exactly the disk's size.
        case vhd
    }

    private let tool: String
    private let reserve: Int64

    /// - Parameters:
    ///   - searchPath: where qemu-img is looked for, as in `PATH`.
    ///   - reserve: bytes that a product leaves free on its disk.
    /// - Throws: ``DiskImageError`` when there is none.
    package init(searching searchPath: String? = nil, reserve: Int64 = 1 << 30) throws(DiskImageError) {
        let folders = (searchPath ?? "/usr/bin:/bin:/usr/local/bin").split(separator: ":")
        let places = folders.map { folder -> String in "\(folder)/qemu-img" }
        guard let found = places.first(where: { access($0, X_OK) == 0 }) else {
            throw DiskImageError(.tool, "Converting disks needs qemu-img, which is not installed (Debian: qemu-utils).")
        }
        tool = found
        self.reserve = reserve
    }

    /// Converts a disk into a sparse raw file of its virtual size, rounded up to whole sectors.
    ///
    /// The folder of `product` is made, for its owner alone, when it is not there. When it fails or is cancelled, nothing is left.
    package func convert(_ whole: WholeDisk, to product: String, progress: @escaping Progress = { _ in }) async throws {
        let disk = whole.disk
        let bytes = (disk.virtualBytes + 511) / 512 * 512
        try await make(product) { product in
            let arguments = ["-O", "raw", "-S", "4k", ImageDescription(disk).text, product]
            try await run(arguments, into: product, most: bytes, of: disk.path, progress)
            let length = try ImageFile(opening: product).length
            guard bytes == length else {
                throw DiskImageError(.content, "The disk has \(length) bytes, and its header says \(bytes).")
            }
        }
    }

    /// Converts a raw file into a disk of another format.
    package func export(_ raw: String, as format: Product, to product: String, progress: @escaping Progress = { _ in }) async throws {
        let range = ImageRange(try ImageFile(opening: raw))
        let disk = DiskImage(range, .raw, virtualBytes: range.length)
        let options: [String]
        switch format {
        case .vmdk: options = ["-O", "vmdk", "-o", "subformat=streamOptimized"]
        case .vhd:
            guard UInt64(disk.length) <= VHDHeader.mostBytes else {
                throw DiskImageError(.size, "The disk has \(disk.length) bytes, and a VHD holds \(VHDHeader.mostBytes) at most.")
            }
            options = ["-O", "vpc", "-o", "subformat=dynamic,force_size=on"]
        }
        try await make(product) { product in
            try await run(options + [ImageDescription(disk).text, product], into: product, most: nil, of: raw, progress)
        }
    }

    private func run(_ arguments: [String], into product: String, most: Int64?, of source: String, _ progress: @escaping Progress)
        async throws
    {
        let run = QemuImg(
            tool: tool,
            arguments: ["convert", "-p"] + arguments,
            folder: PathText.folder(of: product),
            reserve: reserve,
            mostBytes: most
        )
        let complaint = try await run.run(progress)
        guard let complaint else { return }
        throw DiskImageError(.conversion, "The disk could not be converted: \(complaint.hiding(source, product).text).")
    }

    /// Makes a file that is there whole or not at all.
    private func make(_ product: String, _ body: (String) async throws -> Void) async throws {
        let product = PathText.absolute(product)
        let folder = PathText.folder(of: product)
        let isFolderOurs = mkdir(folder, 0o700) == 0
        guard access(folder, W_OK | X_OK) == 0, access(product, F_OK) != 0 else {
            throw DiskImageError(
                .file,
                "Cannot create \(product): \(access(product, F_OK) == 0 ? "it exists already" : String(cString: strerror(errno)))."
            )
        }
        do {
            try await body(product)
        } catch {
            unlink(product)
            if isFolderOurs { rmdir(folder) }
            throw error
        }
    }
}
