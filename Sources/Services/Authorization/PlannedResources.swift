import Domain
import Foundation
import Metadata

/// What a call is to make, as conditions of policies can ask about it: as it will be, by the request and by what stands in for what that leaves out
/// (docs/behaviour/policies.md, "Condition keys of EC2").
extension Call {
    package func plannedImage(isBundle: Bool = false) -> PolicyResource {
        image("*").planned([
            "ec2:imagetype": "machine", "ec2:owner": account.rawValue, "ec2:public": "false",
            "ec2:rootdevicetype": isBundle ? "instance-store" : "ebs",
        ])
    }

    /// A snapshot of what comes from outside, or in an image that is copied: whatever the encryption is by default.
    ///
    /// - Parameter encryption: nil where the call asks for none, and what it makes is as its sources are.
    package func plannedSnapshot(_ encryption: EncryptionRequest? = nil) async throws -> PolicyResource {
        var answers = ["ec2:owner": account.rawValue]
        if let encryption { answers["ec2:encrypted"] = String(try await isEncrypted(encryption, over: nil)) }
        return snapshot("*").planned(answers)
    }

    /// The copy of a snapshot.
    package func plannedCopy(of id: String, in region: String, _ encryption: EncryptionRequest) async throws -> PolicyResource {
        let source = try await visibleSnapshot(id, in: Region(rawValue: region).flatMap { deployment.regions[$0] })
        return snapshot("*").planned([
            "ec2:owner": account.rawValue, "ec2:parentsnapshot": snapshot(id, in: region).description,
            "ec2:encrypted": String(try await isEncrypted(encryption, over: source)), "ec2:volumesize": source.map { String($0.sizeGiB) },
        ])
    }

    /// A snapshot of a volume of the caller's account.
    package func plannedSnapshot(ofVolume id: String) async throws -> PolicyResource {
        let (own, volumeID) = (account, VolumeID(rawValue: id))
        let volume = try await store.database.read { transaction in try volumeID.flatMap { try VolumeTable(transaction).volume($0) } }
            .flatMap { $0.owner == own ? $0 : nil }
        guard let volume else {
            return snapshot("*").planned(["ec2:owner": own.rawValue, "ec2:parentvolume": self.volume(id).description])
        }
        return plannedSnapshot(of: volume)
    }

    func plannedSnapshot(of volume: Volume) -> PolicyResource {
        snapshot("*").planned([
            "ec2:owner": account.rawValue, "ec2:parentvolume": self.volume(volume.id.rawValue).description,
            "ec2:encrypted": String(volume.encryption != nil), "ec2:volumesize": String(volume.shape.sizeGiB),
            "ec2:sourceavailabilityzone": volume.zone.name,
        ])
    }

    package func plannedVolume(_ request: VolumeRequest) async throws -> PolicyResource {
        try await plannedVolume(request, over: visibleSnapshot(request.snapshotID, in: store))
    }

    func plannedVolume(_ request: VolumeRequest, over source: Snapshot?) async throws -> PolicyResource {
        let zone = AvailabilityZone.zones(of: region).first { $0.name == request.zone || $0.id == request.zoneID }
        // What cannot be is refused later, and for what it is.
        let shape = try? request.shape.shape(over: source.map { ($0.id, $0.sizeGiB) })
        let sent = request.shape
        let key = try await keyARN(request.encryption)
        return volume("*").planned([
            "ec2:availabilityzone": zone?.name ?? request.zone, "ec2:availabilityzoneid": zone?.id ?? request.zoneID,
            "ec2:encrypted": String(try await isEncrypted(request.encryption, over: source)), "ec2:kmskeyid": key,
            "ec2:parentsnapshot": request.snapshotID.map { snapshot($0).description },
            "ec2:volumeinitializationrate": request.initializationRate.map(String.init),
            "ec2:volumeiops": (shape?.iops ?? sent.iops).map(String.init),
            "ec2:volumesize": (shape?.sizeGiB ?? sent.sizeGiB ?? source?.sizeGiB).map(String.init),
            "ec2:volumethroughput": (shape?.throughput ?? sent.throughput).map(String.init),
            "ec2:volumetype": (shape?.type ?? sent.type ?? .gp2).rawValue,
        ])
    }

    private func keyARN(_ encryption: EncryptionRequest) async throws -> String? {
        guard let key = encryption.key else { return nil }
        // What names no key is refused later, and for what it is.
        do { return try await keyRing.arn(of: key, account: account) ?? key } catch is Fault { return key }
    }

    private func isEncrypted(_ request: EncryptionRequest, over source: Snapshot?) async throws -> Bool {
        if request.isEncrypted == true || source?.encryption != nil { return true }
        return try await EncryptionByDefault(self).isOn()
    }

    private func visibleSnapshot(_ id: String?, in store: RegionStore?) async throws -> Snapshot? {
        guard let id = id.flatMap(SnapshotID.init(rawValue:)), let store else { return nil }
        return try await ResourceConditions(call: self).snapshot(id, in: store)
    }
}

extension PolicyResource {
    /// One that is yet to be made, with what conditions can ask of it.
    package func planned(_ answers: [String: String?]) -> PolicyResource {
        arn.map { .planned(answers.compactMapValues { $0.map { [$0] } }, of: $0) } ?? self
    }

    /// The same, to be made with tags of its own: conditions ask about these, whatever tags the request has for something else.
    package func tagged(_ tags: [Tag]) -> PolicyResource {
        guard let arn else { return self }
        var answers: [String: [String]] = [:]
        if case .planned(let known, _) = self { answers = known }
        answers["aws:tagkeys"] = tags.map(\.key)
        for (key, tags) in Dictionary(grouping: tags, by: { $0.key.lowercased() }) { answers["aws:requesttag/\(key)"] = tags.map(\.value) }
        return .planned(answers, of: arn)
    }
}
