import Domain
import Foundation
import Metadata
import TestSupport
import Testing

@Suite struct MigrationTests {
    @Test func openingAgainKeepsTheRows() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try ImageTable($0).insert(.sample(1)) }
        try temporary.database.close()

        let again = try temporary.openAgain()
        #expect(try again.blockingRead { try ImageTable($0).image(numbered(1)) } == .sample(1))
        let steps = try again.blockingRead { try $0.rows("SELECT number FROM schema_steps").map { try $0.integer("number") } }
        #expect(steps == (1...Int64(Schema.region.stepCount)).map { $0 })
        try again.close()
    }

    @Test func everySchemaOpensTwice() throws {
        for schema in [Schema.region, .directory, .frameIndex] {
            let temporary = try TemporaryDatabase(schema)
            try temporary.openAgain(schema).close()
        }
    }

    @Test func aNewerSchemaIsRefusedAndLeftAlone() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try $0.execute("INSERT INTO schema_steps (number) VALUES (99)") }
        try temporary.database.close()

        let refused = #expect(throws: DatabaseRefused.self) { _ = try temporary.openAgain() }
        #expect(refused?.description.contains(temporary.database.path) == true)
        let refusal = refused?.cause as? SchemaTooNew
        #expect(refusal?.found == 99)
        #expect(refusal?.known == Schema.region.stepCount)
        #expect(refusal?.description.contains("99") == true)
        #expect(refusal?.description.contains("\(Schema.region.stepCount)") == true)
    }

    /// Copies of a folder from before there was pacing: standard ones, of the account that their snapshot belongs to.
    @Test func copiesOfBeforeLearnWhoseTheyAre() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            try SnapshotTable(transaction).insert(.sample(1))
            try CopyTable(transaction).insert(.sample(1, by: .bob))
            for column in ["account", "completion_minutes", "set_aside", "clock_started_at"] {
                try transaction.execute("ALTER TABLE copies DROP COLUMN \(column)")
            }
            for (table, column) in [
                ("snapshots", "domain"), ("snapshots", "kms_key"), ("image_devices", "encrypted"), ("upload_blocks", "sealed_digest"),
                ("copies", "source_domain"), ("copies", "due_at"), ("images", "manifest_location"), ("images", "manifest_version"),
                ("images", "manifest_etag"), ("images", "bundle_image_bytes"), ("images", "bundle_bytes"),
                ("uploads", "lease_owner"), ("uploads", "lease_until"), ("uploads", "due_at"),
            ] {
                try transaction.execute("ALTER TABLE \(table) DROP COLUMN \(column)")
            }
            for table in [
                "duties", "ended_uploads", "jobs", "region_certificate", "multipart_parts", "multipart_uploads", "segments", "objects",
                "bucket_settings",
                "buckets", "domains",
                "encryption_defaults",
                "releases", "kms_tags", "kms_grants", "kms_aliases", "kms_materials", "kms_keys",
            ] {
                try transaction.execute("DROP TABLE \(table)")
            }
            try Self.undoLife(in: transaction)
            try Self.undoSharing(transaction)
            try transaction.execute("DROP INDEX IF EXISTS kms_grants_by_grantee")
            try transaction.execute("DELETE FROM schema_steps WHERE number > 1")
        }
        try temporary.database.close()

        let again = try temporary.openAgain()
        #expect(try again.blockingRead { try CopyTable($0).copy(numbered(1)) } == .sample(1, by: .alice))
        try again.close()
    }

    /// Takes back the step of the life of images.
    private static func undoLife(in transaction: Transaction) throws {
        for column in ["deprecated_at", "protection", "protected_until"] {
            try transaction.execute("ALTER TABLE images DROP COLUMN \(column)")
        }
        for table in ["image_usage_reports", "recycle_bin", "retention_rules", "snapshot_locks"] {
            try transaction.execute("DROP TABLE \(table)")
        }
    }

    /// Long work of before jobs and uploads had leases: it is free, and due.
    @Test func workOfBeforeIsDrivenOn() throws {
        let temporary = try TemporaryDatabase()
        let job = Job(id: "import-snap-1", account: .alice, work: .bundleCheck, createdAt: date(), message: "converting")
        try temporary.write { transaction throws in
            try CopyTable(transaction).insert(.sample(1))
            try JobTable(transaction).insert(job)
            try SnapshotTable(transaction).insert(.sample(2))
            try UploadTable(transaction).insert(
                Upload(snapshotID: numbered(2), parentRoot: nil, timeoutMinutes: 60, lastPutAt: date(), isSealed: true)
            )
            for (table, column) in [
                ("jobs", "lease_owner"), ("jobs", "lease_until"), ("jobs", "reason_code"), ("jobs", "caller"), ("copies", "due_at"),
                ("uploads", "lease_owner"), ("uploads", "lease_until"), ("uploads", "due_at"),
            ] {
                try transaction.execute("ALTER TABLE \(table) DROP COLUMN \(column)")
            }
            try transaction.execute("DROP TABLE duties")
            try Self.undoLife(in: transaction)
            try Self.undoSharing(transaction)
            try transaction.execute("DROP INDEX IF EXISTS kms_grants_by_grantee")
            try transaction.execute("DELETE FROM schema_steps WHERE number > 10")
        }
        try temporary.database.close()

        let again = try temporary.openAgain()
        let waiting = try again.blockingRead { transaction throws in
            (
                try CopyTable(transaction).waiting(9, from: known("us-west-2"), at: date()),
                try JobTable(transaction).waiting(9, of: .bundleCheck, at: date()),
                try UploadTable(transaction).sealed(9, at: date()).map(\.id)
            )
        }
        #expect(waiting.0 == [.sample(1)])
        #expect(waiting.1 == [job])
        #expect(waiting.2 == [numbered(2)])
        try again.close()
    }

    /// Tags of before there were several accounts are those of the owner of what carries them.
    @Test func tagsOfBeforeAreTheOwners() throws {
        let temporary = try TemporaryDatabase()
        let task: ImportSnapshotTaskID = known("import-snap-0123456789abcdef0")
        let resources: [TaggableResource] = [.image(numbered(1)), .snapshot(numbered(1)), .importSnapshotTask(task)]
        try temporary.write { transaction throws in
            try ImageTable(transaction).insert(.sample(1, owner: .bob))
            try SnapshotTable(transaction).insert(.sample(1))
            try JobTable(transaction).insert(Job(id: task.rawValue, account: .bob, work: .bundleCheck, createdAt: date()))
            try Self.undoSharing(transaction)
            try transaction.undoCallers()
            try transaction.execute("DROP INDEX IF EXISTS kms_grants_by_grantee")
            try transaction.execute("DROP TABLE tags")
            try transaction.execute("CREATE TABLE tags (resource_id TEXT, key TEXT, value TEXT, kind TEXT, PRIMARY KEY (resource_id, key))")
            for resource in resources {
                try transaction.execute(
                    "INSERT INTO tags (resource_id, key, value, kind) VALUES (?, 'a', 'b', ?)",
                    [.text(resource.id), .text(resource.kind)]
                )
            }
            try transaction.execute("DELETE FROM schema_steps WHERE number > 13")
        }
        try temporary.database.close()

        let again = try temporary.openAgain()
        try again.blockingRead { transaction throws in
            for (resource, owner) in zip(resources, [AccountID.bob, .alice, .bob]) {
                #expect(try TagTable(transaction).tags(of: resource, by: owner) == [Tag(key: "a", value: "b")])
            }
        }
        try again.close()
    }

    /// The settings of a folder of before are looked at once, whoever they name.
    @Test func bucketsOfBeforeAreLookedAt() throws {
        let temporary = try TemporaryDatabase()
        let (old, new): (BucketName, BucketName) = (known("depot"), known("other"))
        try temporary.write { transaction throws in
            for name in [old, new] { try BucketTable(transaction).insert(Bucket(name: name, owner: .alice, createdAt: date())) }
            try BucketTable(transaction).set(.standard, of: old)
            try transaction.undoBuckets()
            try transaction.execute("DELETE FROM schema_steps WHERE number > (SELECT MAX(number) - 5 FROM schema_steps)")
        }
        try temporary.database.close()

        let again = try temporary.openAgain()
        #expect(try again.blockingRead { try BucketTable($0).unbound(limit: 9) } == [old])
        try again.blockingWrite { try BucketTable($0).setBound(old) }
        #expect(try again.blockingRead { try BucketTable($0).unbound(limit: 9).isEmpty })
        try again.close()
    }

    private static func undoSharing(_ transaction: Transaction) throws {
        try transaction.undoArchive()
        try transaction.execute("DROP TABLE quota_usage")
        for table in ["image_shares", "snapshot_shares", "sharing_settings"] { try transaction.execute("DROP TABLE \(table)") }
        for index in ["images_by_any_name", "snapshots_by_owner"] { try transaction.execute("DROP INDEX \(index)") }
    }

    @Test(.enabled(if: TestRows.areInFiles)) func filesAreForTheOwnerOnly() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try ImageTable($0).insert(.sample(1)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.folder.path())
        #expect(Set(names).isSuperset(of: ["test.sqlite", "test.sqlite-wal"]))
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: temporary.folder.appending(path: name).path())
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    @Test(.enabled(if: TestRows.areInFiles)) func aFolderThatIsMissingIsAnError() throws {
        let temporary = try TemporaryDatabase()
        let path = temporary.folder.appending(path: "missing/test.sqlite").path()
        #expect(throws: (any Error).self) { _ = try Database(path: path, schema: .region) }
    }
}

extension Transaction {
    /// Takes back that jobs know who has asked for them.
    func undoCallers() throws { try execute("ALTER TABLE jobs DROP COLUMN caller") }

    /// Takes back that copies know when they began and ended.
    func undoCopyTimes() throws {
        for index in ["copies_by_end", "snapshots_by_lineage", "images_copied"] { try execute("DROP INDEX \(index)") }
        for column in ["began_at", "ended_at"] { try execute("ALTER TABLE copies DROP COLUMN \(column)") }
    }

    /// Takes back the step of buckets whose policies nobody has looked at, and what came after it.
    func undoBuckets() throws {
        try undoCopyTimes()
        try execute("DROP TABLE instance_disks")
        try execute("DROP INDEX instances_by_profile_association")
        try execute("ALTER TABLE instances DROP COLUMN profile_association")
        try execute("ALTER TABLE instances DROP COLUMN profile_associated_at")
        try execute("DROP INDEX images_by_source_instance")
        try execute("ALTER TABLE images DROP COLUMN source_instance_id")
        try execute("ALTER TABLE instances DROP COLUMN pending_image")
        try execute("DROP TABLE unbound_buckets")
    }

    /// Takes back the step of archived snapshots, and what came after it.
    func undoArchive() throws {
        try undoBuckets()
        try undoVolumes()
        try undoPrincipals()
        for table in ["key_pairs", "security_groups", "security_group_rules"] { try execute("DROP TABLE \(table)") }
        for table in ["archive_packs", "snapshot_tierings"] { try execute("DROP TABLE \(table)") }
        try execute("DROP INDEX snapshots_by_restore_expiry")
        for column in ["tier", "restore_expires_at"] { try execute("ALTER TABLE snapshots DROP COLUMN \(column)") }
    }

    private func undoPrincipals() throws {
        guard try hasTable("kms_grants") else { return }
        for index in ["kms_grants_by_grantee_id", "kms_keys_unbound", "kms_grants_unbound"] { try execute("DROP INDEX \(index)") }
        try execute("ALTER TABLE kms_keys DROP COLUMN policy_ids")
        for column in ["principal_ids", "grantee_id"] { try execute("ALTER TABLE kms_grants DROP COLUMN \(column)") }
    }

    private func undoVolumes() throws {
        for table in ["image_usage_entries", "instance_groups", "instances"] { try execute("DROP TABLE \(table)") }
        try execute("ALTER TABLE images DROP COLUMN last_launched_at")
        for table in ["volume_snapshots", "volume_modifications", "volume_attachments", "volumes"] { try execute("DROP TABLE \(table)") }
    }
}
