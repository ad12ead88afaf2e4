import Blocks
import Domain
import Logging
import Metadata

extension Recover {
    /// What was looked at, and what is amiss with it, or nil.
    package struct Finding: Sendable {
        package let name: String
        package let trouble: (any Error)?
    }

    /// How the root key, the directory and each Region stand. Changes nothing, and needs no lock.
    package func findings(rootKey source: RootKeySource = .dataFolder) async throws -> [Finding] {
        var findings: [Finding] = []
        var directory: Database?
        do {
            directory = try DirectoryRows.read(in: folder)
            try directory?.check(thoroughly: true)
            findings.append(Finding(name: Self.directoryName, trouble: nil))
        } catch {
            findings.append(Finding(name: Self.directoryName, trouble: error))
        }
        defer { try? directory?.close() }
        if let directory, let finding = try await rootKeyFinding(source, directory) { findings.append(finding) }
        let known = try directory?.blockingRead { try RegionTable($0).regions() } ?? []
        for region in Set(known + (try folder.regions())).sorted() {
            do {
                let expectation = directory.flatMap { try? DirectoryRows.expectation(of: region, in: $0) }
                let rows = try RegionRows.read(region, in: folder, expecting: expectation)
                defer { try? rows.close() }
                try rows.check(thoroughly: true)
                try checkPacks(of: region)
                findings.append(Finding(name: region.rawValue, trouble: nil))
            } catch {
                findings.append(Finding(name: region.rawValue, trouble: error))
            }
        }
        return findings
    }

    /// Nil when there is no root key yet, or it is a passphrase that was not given.
    private func rootKeyFinding(_ source: RootKeySource, _ directory: Database) async throws -> Finding? {
        guard let known = try? await directory.read({ try VaultTable($0).rootKey() }) else { return nil }
        if known.kind == .passphrase, case .dataFolder = source { return nil }
        let loader = VaultLoader(folder: folder, directory: directory, clock: clock, logger: Logger(label: "ferry"))
        do {
            _ = try await loader.vault(under: loader.rootKey(source, known, settling: false))
            return Finding(name: "root key", trouble: nil)
        } catch {
            return Finding(name: "root key", trouble: error)
        }
    }

    /// Looks for packs that are gone or cut, by an index that can be read: one that cannot is made anew at the next start.
    private func checkPacks(of region: Region) throws {
        guard let index = try? FrameIndexFile(path: folder.frameIndex(region)).read() else { return }
        defer { try? index.database.close() }
        let lost = try PackLosses.find(in: folder.packs(region), by: index)
        guard let first = lost.first else { return }
        throw PacksLost(count: lost.count, pack: "\(folder.packs(region))/\(first.pack.fileName)", damage: "\(first.damage)")
    }
}

/// Packs of a Region are gone or cut.
package struct PacksLost: Error, CustomStringConvertible {
    package let count: Int
    package let pack: String
    package let damage: String

    package var description: String {
        let more = count > 1 ? ", and \(count - 1) more packs are" : ""
        return
            "\(pack) is missing or cut (\(damage))\(more). Put packs back from a backup (docs/operating.md); or see with ferry scrub what is"
            + " hurt, and bring back by ferry scrub --repair what another Region has"
    }
}
