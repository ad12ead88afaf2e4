import Domain
import Metadata

/// What CopySnapshot is asked for.
package struct SnapshotCopyRequest: Sendable {
    package var sourceRegion: String
    package var sourceSnapshotID: String
    package var description: String
    package var tags: [Tag]
    /// The minutes in which the snapshot is to be there, a multiple of 15 (docs/behaviour/time-based-copies.md, "Durations"); `nil` for a
    /// standard copy.
    package var completionMinutes: Int?
    package var encryption: EncryptionRequest
    package var proof: SourceProof

    package init(
        sourceRegion: String,
        sourceSnapshotID: String,
        description: String,
        tags: [Tag],
        completionMinutes: Int?,
        encryption: EncryptionRequest = EncryptionRequest(),
        proof: SourceProof = .missing
    ) {
        self.sourceRegion = sourceRegion
        self.sourceSnapshotID = sourceSnapshotID
        self.description = description
        self.tags = tags
        self.completionMinutes = completionMinutes
        self.encryption = encryption
        self.proof = proof
    }
}

extension Snapshots {
    /// Copies a snapshot into the call's Region. Returns the id of a snapshot that is still `pending`.
    package func copy(_ request: SnapshotCopyRequest) async throws -> SnapshotID {
        try TagRules.check(request.tags)
        let call = call
        let (store, source, root) = try await sourceOfCopy(request)
        let encryption = try await encryption(of: source, in: store, request)
        let copied = source.copied(
            as: .random(),
            by: call.account,
            description: request.description,
            completionMinutes: request.completionMinutes,
            encryption: encryption.encryption,
            tags: request.tags,
            at: call.now
        )
        let copy = SnapshotCopy(
            filling: copied,
            from: source,
            in: store.region,
            root: root,
            of: nil,
            failingFor: encryption.doom
        )
        try await write(copy, of: copied)
        return copied.id
    }

    private func write(_ copy: SnapshotCopy, of copied: Snapshot) async throws {
        let call = call
        let (limit, quotas) = (try await call.quota(.snapshotCopies), try await call.storageQuotas())
        let grants = try await call.timeBasedGrants(isAsked: copy.target != nil)
        let copies = try await call.commit { transaction in
            // Time-based copies are limited by what can be set aside for them.
            guard try copy.target != nil || CopyTable(transaction).runningSnapshotCount(of: copied.owner) < limit else {
                throw Fault(
                    .resourceLimitExceeded,
                    "Too many snapshot copies in progress. The limit is \(limit) for this destination region."
                )
            }
            try quotas.requireRoom(forSnapshots: 1, in: transaction)
            let admission = TimeBasedAdmission(
                transaction: transaction,
                destination: call.region,
                limits: call.deployment.limits,
                grants: grants
            )
            let copies = try admission.admit([copy], at: copy.createdAt)
            var copied = copied
            if let copy = copies.first, copy.isShort { copied.statusMessage = copy.runningMessage(at: copy.createdAt) }
            try SnapshotTable(transaction).insert(copied)
            try TagTable(transaction).set(copied.tags, on: .snapshot(copied.id), by: copied.owner)
            for copy in copies { try CopyTable(transaction).insert(copy) }
            return copies
        }
        call.warnOfShortCopies(copies)
        call.store.copiesWakeup()
    }

    private func encryption(of source: Snapshot, in store: RegionStore, _ request: SnapshotCopyRequest) async throws -> CopiedEncryption {
        do {
            try request.proof.check(copying: source, from: store.region, into: call.region)
        } catch let fault as Fault where call.deployment.encryption.checksKeysLate {
            return .doomed(StateReason(code: "Client.\(fault.code.rawValue)", message: fault.message))
        }
        let encryption = CopyEncryption(request: request.encryption, action: .copySnapshot, source: store, call: call)
        guard let settled = try await encryption.settle([source])[source.id] else { throw Self.notFound(source.id.rawValue) }
        return settled
    }

    private func sourceOfCopy(_ request: SnapshotCopyRequest) async throws -> (RegionStore, Snapshot, root: [UInt8]) {
        let store = try call.deployment.sourceStore(named: request.sourceRegion)
        let id = try Self.id(request.sourceSnapshotID)
        let viewer = try await call.viewer()
        let source = try await store.database.read { try Self.visible(id, to: viewer, in: $0) }
        guard source.state == .completed, let root = source.root else {
            throw Fault(.incorrectState, "Snapshot '\(id)' is not completed: it is \(source.state.rawValue)")
        }
        try source.requireStandardTier()
        return (store, source, root)
    }
}
