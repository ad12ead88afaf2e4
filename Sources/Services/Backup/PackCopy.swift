import Blocks
import Domain
import Foundation
import Glibc

/// Brings one pack of a Region into the backup, or keeps the copy that is there.
///
/// Packs are only appended to. What else happens to one in the data folder (dead frames become holes, a copy of its header is mended, a
/// disk loses bytes) changes nothing that the copy needs, so a copy that is still what was backed up is kept as it is.
struct PackCopy: Sendable {
    struct Done: Sendable {
        var pack: BackupManifest.Pack
        var bytesCopied: Int64 = 0
        /// What the operator is to know.
        var remark: String?
        /// Why a damaged copy was not mended.
        var unmended: String?
    }

    let region: Region
    let name: String
    /// The folders of the packs.
    let from: String
    let into: String
    let now: Date
    let pool: DiskPool
    /// Whether every frame of the pack in the data folder can be opened and is whole.
    let isSourceSound: @Sendable () async throws -> Bool

    private var source: String { "\(from)/\(name)" }
    private var place: String { "\(into)/\(name)" }

    /// - Parameter isDue: reads the copy back although nothing is new.
    /// - Returns: nil when the pack is neither in the data folder nor in the backup.
    func run(earlier: BackupManifest.Pack?, isDue: Bool) async throws -> Done? {
        let length = FileIdentity.bytes(of: source)
        guard let earlier else {
            guard let length else { return nil }
            return try await copyAnew(length)
        }
        let there = FileIdentity.bytes(of: place) ?? 0
        if length == earlier.bytes, there >= earlier.bytes, !isDue { return Done(pack: earlier) }
        guard there >= earlier.bytes else { return try await mend(earlier, length) }
        if let length, length > earlier.bytes { return try await extend(earlier, to: length) }
        let isWhole = try await pool.run { [place] in (try? ProvenCopy.sha256(of: place, length: earlier.bytes)) == earlier.sha256 }
        guard isWhole else { return try await mend(earlier, length) }
        return try await keep(earlier, besides: length)
    }

    private func copyAnew(_ length: Int64) async throws -> Done {
        let digest = try await pool.run { [source, place] in try ProvenCopy.make(place, of: [.init(source, 0..<length)]) }
        return Done(pack: pack(length, digest), bytesCopied: length)
    }

    private func extend(_ earlier: BackupManifest.Pack, to length: Int64) async throws -> Done {
        let new = ProvenCopy.Part(source, earlier.bytes..<length)
        let digest = try await pool.run { [place] in
            try ProvenCopy.extend(place, known: earlier.bytes, digest: earlier.sha256, by: new)
        }
        guard let digest else { return try await mend(earlier, length) }
        return Done(pack: pack(length, digest, checkedTo: earlier.checkedTo), bytesCopied: length - earlier.bytes)
    }

    /// Keeps a copy that is whole. In the data folder the pack may be cut or gone.
    private func keep(_ earlier: BackupManifest.Pack, besides length: Int64?) async throws -> Done {
        var done = Done(pack: pack(earlier.bytes, earlier.sha256, checkedTo: earlier.checkedTo))
        guard let length else {
            done.remark = "\(source) is gone: the backup keeps the copy that it has. Run ferry scrub on the data folder"
            return done
        }
        guard length < earlier.bytes else { return done }
        let isSame = try await pool.run { [source, place] in
            try ProvenCopy.sha256(of: source, length: length) == ProvenCopy.sha256(of: place, length: length)
        }
        guard isSame else {
            throw BackupUnusable(
                path: source,
                problem: "the pack is shorter than its copy in the backup, and is not the beginning of it: it was changed since."
                    + " Run ferry scrub on the data folder, and name another folder for its backup"
            )
        }
        done.remark =
            "\(source) has been cut to \(length) bytes: the backup keeps its whole copy of \(earlier.bytes) bytes."
            + " Run ferry scrub on the data folder"
        return done
    }

    /// The copy is not what was backed up: it is made anew from a data folder that has the pack whole.
    private func mend(_ earlier: BackupManifest.Pack, _ length: Int64?) async throws -> Done {
        let common = min(length ?? 0, earlier.bytes)
        var parts = [ProvenCopy.Part(source, 0..<common), ProvenCopy.Part(place, common..<earlier.bytes)].filter { !$0.range.isEmpty }
        let known = parts
        let isKnown = try await pool.run { (try? ProvenCopy.sha256(of: known)) == earlier.sha256 }
        if let length, length > earlier.bytes { parts.append(.init(source, earlier.bytes..<length)) }
        if !isKnown {
            // The pack has holes of dead frames since, perhaps: what counts is that its frames are whole.
            guard let length, length >= earlier.bytes, try await isSourceSound() else { return unmended(earlier) }
            parts = [.init(source, 0..<length)]
        }
        let (all, partial, folder) = (parts, place + ".mended", DataFolder(path: into))
        let digest = try await pool.run { [place] in
            do {
                let digest = try ProvenCopy.make(partial, of: all)
                try folder.move(partial, to: place)
                return digest
            } catch {
                // On a disk that is full it would take the room of the next try.
                unlink(partial)
                throw error
            }
        }
        let bytes = max(length ?? 0, earlier.bytes)
        var done = Done(pack: pack(bytes, digest, checkedTo: isKnown ? earlier.checkedTo : nil), bytesCopied: bytes)
        done.remark = "\(place) was damaged, and was mended from the data folder: the disk of the backup may be failing"
        return done
    }

    private func unmended(_ earlier: BackupManifest.Pack) -> Done {
        var kept = earlier
        kept.isDamaged = true
        return Done(
            pack: kept,
            unmended: "\(place) is damaged, and the data folder does not have the pack whole, or not the keys to tell:"
                + " run ferry scrub on the data folder; a backup in another folder is as good as that"
        )
    }

    private func pack(_ bytes: Int64, _ digest: String, checkedTo: Int64? = nil) -> BackupManifest.Pack {
        .init(region: region.rawValue, name: name, bytes: bytes, sha256: digest, checkedTo: checkedTo, readAt: now)
    }
}
