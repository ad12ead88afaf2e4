import ArgumentParser
import Client

/// `ferry share`: launch permission for an image, and with it what people forget: the permission on its snapshots, without which nobody copies it.
struct ShareCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "share",
        abstract: "Share an image with an account, an organization or everybody, and with --storage its snapshots too.",
        discussion: """
            A launch permission lets others see and launch an image. To copy it they need its snapshots as well: --storage shares those, with \
            accounts or with everybody. EC2 shares no snapshot with an organization, so that --storage shares them with each account that is in it \
            now: who joins later sees the image and cannot copy it until it is shared again, and who leaves keeps the snapshots until they are taken \
            back from that account.
            """
    )

    @Argument(help: ArgumentHelp("The image, ami-….", valueName: "image"))
    var image: String

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp("An account id, the ARN of an organization or of one of its units, or all.", valueName: "account|arn|all")
    )
    var partner: String

    @Flag(help: "Also share the snapshots of the image, so that it can be copied.")
    var storage = false

    @Flag(help: "Stop sharing.")
    var remove = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard SharingPartner(partner) != nil else {
            throw ValidationError(
                "'\(partner)' cannot be shared with: give an account of 12 digits, the ARN of an organization or of one of its units, or all."
            )
        }
    }

    func execute() async throws {
        guard let partner = SharingPartner(partner) else { return }
        let result = try await Session.run(server) { session in try await share(with: partner, session) }
        if output.json { return try Terminal.say(json: result) }
        guard !output.quiet else { return Terminal.say(image) }
        let verb = remove ? "no longer shared with" : "shared with"
        Terminal.say("\(image)  \(verb) \(partner.text)  \(result.region)")
        let whom = result.accounts.map { "\($0.count) \($0.count == 1 ? "account" : "accounts")" } ?? partner.text
        for snapshot in result.snapshots { Terminal.say("  \(snapshot)  \(verb) \(whom)") }
        for hint in result.missing { Terminal.remark("ferry: \(TerminalText.clean(hint))") }
    }

    /// Snapshots come first: who sees the image can copy it then.
    private func share(with partner: SharingPartner, _ session: Session) async throws -> Sharing {
        var sharing = Sharing(imageId: image, region: session.region, with: partner.text, isRemoved: remove)
        let found = try await doing("looking up \(image) in \(session.region)") {
            guard let found = try await session.client.image(image, region: session.region) else {
                throw Refusal("the image was deregistered", advice: "`ferry images --all-regions` lists those that there are.")
            }
            return found
        }
        let ids = found.snapshotIDs.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let snapshots = try await doing("looking up the snapshots of \(image)") {
            try await session.client.snapshots(ids, region: session.region)
        }
        let isKnown = try await isKnown(partner, to: session)
        if storage {
            sharing.accounts = try await members(of: partner, to: session)
            let partners = sharing.accounts?.map { SharingPartner.account($0) } ?? [partner]
            for snapshot in snapshots {
                try await doing("\(remove ? "no longer sharing" : "sharing") the snapshot \(snapshot.id) with \(partner.text)") {
                    try await session.client.shareSnapshot(snapshot.id, with: partners, removing: remove, region: session.region)
                }
                sharing.snapshots.append(snapshot.id)
            }
        }
        try await doing("\(remove ? "no longer sharing" : "sharing") \(image) with \(partner.text)") {
            try await session.client.shareImage(image, with: partner, removing: remove, region: session.region)
        }
        if !isKnown {
            sharing.missing.append("this key may not ask whether there is an account \(partner.text): make sure of its number")
        }
        if let accounts = sharing.accounts, !remove {
            sharing.missing.append(
                "the snapshots are shared with the \(accounts.count) accounts that are in it now: share them again with --storage when others join"
            )
        }
        if !remove { sharing.missing += missing(of: snapshots, for: partner, isInstanceStore: found.isInstanceStore) }
        return sharing
    }

    /// EC2 takes any number of 12 digits for an account here, so a slip would go unseen.
    ///
    /// - Returns: false where the caller may not know.
    /// - Throws: `Refusal` where there is no such account.
    private func isKnown(_ partner: SharingPartner, to session: Session) async throws -> Bool {
        guard case .account(let id) = partner, !remove, !session.connection.endpoints.isAWS else { return true }
        let isThere = try await doing("looking up the account \(id)") { try await session.client.hasAccount(id) }
        guard isThere != false else {
            throw Refusal("there is no account \(id) on this server", advice: "`ferry accounts` lists the accounts; nothing was shared.")
        }
        return isThere != nil
    }

    /// The accounts of an organization or below a unit, but for the image's own, in order; nil for whom snapshots are shared with as such.
    private func members(of partner: SharingPartner, to session: Session) async throws -> [String]? {
        try await doing("looking up the accounts of \(partner.text)") {
            guard let members = try await session.client.members(of: partner) else { return nil }
            let account = try await session.client.callerIdentity(region: session.region).account
            return members.map(\.id).filter { $0 != account }.sorted()
        }
    }

    /// What still keeps the others from copying.
    private func missing(of snapshots: [RemoteSnapshot], for partner: SharingPartner, isInstanceStore: Bool) -> [String] {
        var missing: [String] = []
        if isInstanceStore {
            missing.append("to copy the image, they must be let read its bundle: give them the bucket by a bucket policy")
        } else if !storage {
            let advice =
                switch partner {
                case .everyone, .account: "share the snapshots with --storage too"
                case .organization, .organizationalUnit: "share the snapshots with its accounts by --storage too"
                }
            missing.append("they can see and launch the image, not copy it: \(advice)")
        }
        for key in Set(snapshots.compactMap(\.kmsKey)).sorted() {
            missing.append(
                """
                the snapshots are encrypted under \(key): its key policy must allow \(partner.text) kms:Decrypt, kms:DescribeKey and \
                kms:CreateGrant
                """
            )
        }
        return missing
    }

    private struct Sharing: Encodable {
        var imageId: String
        var region: String
        var with: String
        var isRemoved: Bool
        /// Those that were shared, or no longer are.
        var snapshots: [String] = []
        /// The accounts of an organization that the snapshots were shared with; absent where they were shared with nobody of one.
        var accounts: [String]?
        /// What the others still lack to copy the image.
        var missing: [String] = []
    }
}
