import Domain
import Foundation
import Metadata
import TestSupport
import Testing

/// The root disks of instances of instance-store images.
@Suite struct InstanceDiskTableTests {
    private static let root = [UInt8](repeating: 7, count: 32)

    private func disk(_ number: Int, root: [UInt8]? = nil) -> InstanceDisk {
        InstanceDisk(
            id: numbered(number),
            instance: numbered(number),
            image: numbered(1),
            owner: .alice,
            bundle: ImageBundle(manifest: known("depot/web/disk.xml"), version: "v1", etag: "e1", imageBytes: 5_000, bundleBytes: 900),
            root: root
        )
    }

    @Test func instancesOfAnImageHaveOneRoot() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = InstanceDiskTable(transaction)
            for number in 1...2 { try table.insert(disk(number)) }
            #expect(try table.root(of: numbered(1)) == nil)
            #expect(try RootTable(transaction).hasAny() == false)
            try table.setRoot(Self.root, of: numbered(2))
            #expect(try table.root(of: numbered(1)) == Self.root)
            #expect(try table.root(of: numbered(2)) == nil, "of another image")
            #expect(try table.disk(numbered(1))?.root == nil)
            #expect(try table.disk(of: numbered(2)) == disk(2, root: Self.root))
        }
    }

    /// They stand among the volumes for whoever looks for what refers to bytes, until they are gone.
    @Test func theyKeepTheirBytes() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for number in 1...3 { try InstanceDiskTable(transaction).insert(disk(number, root: number == 2 ? nil : Self.root)) }
            let roots = RootTable(transaction)
            #expect(try roots.hasAny())
            #expect(try roots.volumes(after: nil, limit: 1).map(\.id) == [numbered(1)])
            #expect(try roots.volumes(after: numbered(1), limit: 9).map(\.root) == [Self.root])
            #expect(try roots.hasVolume(numbered(2)) && !roots.hasVolume(numbered(4)))
            try InstanceDiskTable(transaction).delete(disk(3, root: Self.root), at: date(milliseconds: 9))
            #expect(try roots.volumes(after: numbered(1), limit: 9).isEmpty)
            #expect(try ReleaseTable(transaction).roots(after: date(milliseconds: 8), limit: 9).map(\.root) == [Self.root])
        }
    }

    @Test func aDiskHasWholeSectors() {
        #expect(disk(1).byteCount == 8_192)
    }
}
