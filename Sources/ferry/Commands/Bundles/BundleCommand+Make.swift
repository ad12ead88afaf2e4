import Bundles
import Client
import DiskImages
import Foundation
import NIOCore

extension BundleCommand {
    /// A disk that can be bundled, and who signs its manifest.
    struct PreparedDisk: Sendable {
        var source: DiskFile
        var order: BundleOrder
        var signer: RSAPrivateKey
        var certificate: RSACertificate
    }

    /// Finds out what can be wrong on this machine, before anything is written.
    func prepare(_ pool: FilePool) async throws -> PreparedDisk {
        let (certificate, signer) = (try PEMFile.certificate(cert), try PEMFile.privateKey(key))
        guard signer.belongs(to: certificate) else { throw Refusal("\(key) is not the private key of \(cert)") }
        let path = disk
        let (source, format, extents) = try await pool.run {
            let source = try DiskFile(opening: path)
            return (source, try DiskFormat.detect(in: path), try source.extents())
        }
        guard format == .raw else {
            throw Refusal("\(disk) is in \(format.name) format", advice: "Make it raw first: qemu-img convert -O raw.")
        }
        let order = try BundleOrder(
            name: bundleName,
            size: source.length,
            extents: extents,
            key: BundleKey(),
            level: level,
            time: Date()
        )
        return PreparedDisk(source: source, order: order, signer: signer, certificate: certificate)
    }

    /// - Parameter ec2: the certificate of the Region that the image is for.
    func make(
        _ disk: PreparedDisk,
        for ec2: RSACertificate,
        account: String,
        into storage: some BundleStorage,
        _ pool: FilePool
    ) async throws -> MadeBundle {
        let display = ProgressDisplay(labels: [self.disk], quiet: output.quiet)
        display.update(0, done: 0, total: disk.order.extents.reduce(0) { $0 + $1.upperBound - $1.lowerBound })
        return try await doing("bundling \(self.disk) into \(to)") {
            if force { try await storage.removeManifest() }
            let contents = try await display.whileShown {
                try await Bundler.run(
                    disk.order,
                    read: { range in
                        let bytes = try await pool.run { try disk.source.read(range) }
                        display.advance(by: Int64(bytes.readableBytes))
                        return bytes
                    },
                    write: { piece in try await storage.write(piece) }
                )
            }
            var manifest = BundleManifest(
                software: BundleManifest.Software(name: "ferry", version: Version.text),
                architecture: arch,
                name: bundleName,
                account: account,
                contents: contents,
                ec2: try disk.order.key.wrapped(for: ec2),
                user: try disk.order.key.wrapped(for: disk.certificate)
            )
            try describeMachine(in: &manifest)
            try await storage.writeManifest(try manifest.signed(by: disk.signer))
            return MadeBundle(
                manifest: storage.manifest,
                parts: contents.parts.count,
                diskBytes: contents.size,
                bundledBytes: contents.bundledSize
            )
        }
    }
}
