import Domain
import Metadata

extension Instances {
    /// Gives an instance of the caller's own a profile.
    package func associate(_ reference: LaunchRequest.Profile, with text: String) async throws -> ProfileAssociation {
        let (id, account, now) = (try Self.id(text), call.account, call.now)
        let profile = try await referred(reference)
        return try await call.commit { transaction in
            var instance = try Self.own(id, of: account, in: transaction)
            try instance.associate(profile, at: now)
            return try Self.save(instance, in: transaction)
        }
    }

    /// Gives an instance another profile than the one that it has by an association.
    package func replace(_ text: String, with reference: LaunchRequest.Profile) async throws -> ProfileAssociation {
        let (account, now) = (call.account, call.now)
        let profile = try await referred(reference)
        return try await call.commit { transaction in
            var instance = try Self.associated(text, of: account, in: transaction)
            try instance.replaceProfile(with: profile, at: now)
            return try Self.save(instance, in: transaction)
        }
    }

    /// Takes the profile from an instance that it has by an association. The keys that its guest has been given stay good until they end, as on EC2.
    package func disassociate(_ text: String) async throws -> ProfileAssociation {
        let account = call.account
        return try await call.commit { transaction in
            var instance = try Self.associated(text, of: account, in: transaction)
            guard let ended = instance.profileAssociation else { throw Self.noAssociation(text) }
            instance.disassociateProfile()
            try InstanceTable(transaction).update(instance)
            return ended
        }
    }

    /// The profiles that the caller's instances have.
    package func profileAssociations(_ query: InstanceQuery) async throws -> Page<ProfileAssociation> {
        try FilterRules.check(query.filters, names: ProfileAssociation.filterNames)
        guard query.ids.isEmpty else {
            guard query.ids.count <= Self.idsMax else { throw Self.tooMany }
            let account = call.account
            let found = try await call.store.database.read { transaction in
                try Set(query.ids).sorted().compactMap { try Self.associated($0, of: account, in: transaction).profileAssociation }
            }
            return Page(elements: try found.filter { try $0.matches(query.filters) }, nextToken: nil)
        }
        var search = InstanceSearch(of: call.account)
        search.ids = query.filters.literals(of: "instance-id")
        let page = try await walk(query.page, "DescribeIamInstanceProfileAssociations", search) {
            try $0.instance.profileAssociation?.matches(query.filters) ?? false
        }
        return Page(elements: page.elements.compactMap(\.instance.profileAssociation), nextToken: page.nextToken)
    }

    /// The instance that has an association, for whoever asks what a call is about; nil when there is none.
    package func instance(withAssociation text: String) async throws -> InstanceID? {
        guard let id = ProfileAssociationID(rawValue: text) else { return nil }
        let account = call.account
        return try await call.store.database.read { transaction in
            try InstanceTable(transaction).instance(withAssociation: id).flatMap { $0.owner == account ? $0.id : nil }
        }
    }

    private func referred(_ reference: LaunchRequest.Profile) async throws -> InstanceProfileReference {
        guard let profile = try await profile(reference) else { throw Self.noProfile(reference) }
        return InstanceProfileReference(arn: profile.arn(in: call.region.partition).description, id: profile.id)
    }

    private static func associated(_ text: String, of account: AccountID, in transaction: Transaction) throws -> Instance {
        guard let id = ProfileAssociationID(rawValue: text),
            let instance = try InstanceTable(transaction).instance(withAssociation: id), instance.owner == account,
            instance.profileAssociation != nil
        else { throw noAssociation(text) }
        return instance
    }

    private static func save(_ instance: Instance, in transaction: Transaction) throws -> ProfileAssociation {
        try InstanceTable(transaction).update(instance)
        guard let association = instance.profileAssociation else { preconditionFailure("it was given a profile") }
        return association
    }

    private static func noAssociation(_ text: String) -> Fault {
        Fault(.invalidAssociationIDNotFound, "An invalid association-id of '\(text.prefix(64))' was given")
    }
}

/// Instance profiles, whose roles launches and associations pass to instances.
extension Instances {
    /// Nil where none is named.
    func profile(_ reference: LaunchRequest.Profile?) async throws -> IAMIdentity? {
        guard let reference else { return nil }
        guard let found = try await profiles(reference) else { throw Self.noProfile(reference) }
        return found.profile
    }

    /// The role that is passed; nil where there is none to pass.
    package func role(passedBy reference: LaunchRequest.Profile?) async throws -> PolicyResource? {
        guard let reference, let role = try await profiles(reference)?.role else { return nil }
        return .named(role.arn(in: call.region.partition))
    }

    /// The ARN of the profile that is named; nil where there is none.
    package func arn(of reference: LaunchRequest.Profile?) async throws -> String? {
        guard let reference, let found = try await profiles(reference) else { return nil }
        return found.profile.arn(in: call.region.partition).description
    }

    private func profiles(_ reference: LaunchRequest.Profile) async throws -> (profile: IAMIdentity, role: IAMIdentity?)? {
        let (account, partition) = (call.account, call.region.partition)
        return try await call.readIAM { transaction in
            let name: String
            switch reference {
            case .name(let text): name = text
            case .arn(let text): name = text.split(separator: "/").last.map(String.init) ?? text
            }
            guard let profile = try IAMIdentityTable(transaction).find(.instanceProfile, name, of: account) else { return nil }
            if case .arn(let text) = reference, profile.arn(in: partition).description != text { return nil }
            return (profile, try IAMProfileRoleTable(transaction).role(of: profile.id))
        }
    }

    private static func noProfile(_ reference: LaunchRequest.Profile) -> Fault {
        switch reference {
        case .name(let text):
            Fault(
                .invalidParameterValue,
                "Value (\(text.prefix(128))) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
            )
        case .arn(let text):
            Fault(
                .invalidParameterValue,
                "Value (\(text.prefix(256))) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
            )
        }
    }
}
