import Domain

/// How the snapshots that a copy makes are to be kept.
enum CopiedEncryption: Hashable, Sendable {
    case open
    case sealed(SnapshotEncryption)
    /// Sealed in a domain that is yet to be made. Only in a dry run, which makes none.
    case planned(EncryptionOutcome)
    /// Their key cannot be used. Only where keys are checked late: the copy is taken on, moves nothing and fails with this reason.
    case doomed(StateReason)

    var encryption: SnapshotEncryption? {
        if case .sealed(let encryption) = self { encryption } else { nil }
    }

    var doom: StateReason? {
        if case .doomed(let reason) = self { reason } else { nil }
    }
}

/// Settles the encryption of what one call of CopyImage or CopySnapshot copies.
struct CopyEncryption: Sendable {
    let request: EncryptionRequest
    let action: CopyEncryptionRules.Action
    let source: RegionStore
    let call: Call

    /// How each copy is kept, by the id of its source.
    ///
    /// - Throws: `Fault` for parameters that EC2 refuses, and for keys that cannot be used unless those are checked late.
    func settle(_ snapshots: [Snapshot]) async throws -> [SnapshotID: CopiedEncryption] {
        let selection = try await KeySelection(call)
        let rules = try CopyEncryptionRules(request, of: action, isOnByDefault: selection.defaults.isOn)
        // The snapshots of an image mostly share an outcome: each key is looked at once.
        var known: [Question: CopiedEncryption] = [:]
        var settled: [SnapshotID: CopiedEncryption] = [:]
        for snapshot in snapshots {
            let question = Question(
                outcome: try rules.outcome(of: described(snapshot)),
                source: snapshot.encryption,
                isOwn: snapshot.owner == call.account
            )
            let answer: CopiedEncryption
            if let before = known[question] { answer = before } else { answer = try await settle(question, selection) }
            known[question] = answer
            settled[snapshot.id] = answer
        }
        return settled
    }

    private struct Question: Hashable {
        let outcome: EncryptionOutcome
        let source: SnapshotEncryption?
        let isOwn: Bool
    }

    private func settle(_ question: Question, _ selection: KeySelection) async throws -> CopiedEncryption {
        do {
            try await requireReadable(question)
            if let encryption = try await selection.encryption(for: question.outcome) { return .sealed(encryption) }
            return question.outcome == .open ? .open : .planned(question.outcome)
        } catch let refusal as KeyRefusal {
            guard call.deployment.encryption.checksKeysLate else { throw refusal.fault }
            return .doomed(refusal.stateReason)
        }
    }

    private func requireReadable(_ question: Question) async throws {
        guard let encryption = question.source else { return }
        let there = call.at(source)
        if question.isOwn { try await KeySelection.requireUsable(encryption.keyARN, of: there.keyRing, account: call.account) }
        try await KeySelection.refusing { try await there.requireReadable(encryption) }
    }

    private func described(_ snapshot: Snapshot) -> CopyEncryptionRules.Source {
        CopyEncryptionRules.Source(
            id: snapshot.id,
            keyARN: snapshot.encryption?.keyARN,
            isOwn: snapshot.owner == call.account,
            isInRegion: source.region == call.region
        )
    }
}
