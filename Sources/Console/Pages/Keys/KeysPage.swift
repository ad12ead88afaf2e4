import API
import Domain

/// The KMS keys of a Region, or of all of them.
struct KeysPage: Page {
    static let path = "{region}/keys"

    /// Each is described by a call of its own.
    private static let pageSize = 50
    /// Of several Regions together.
    private static let rowsMax = 100

    private let visit: Visit
    private let regions: [Region]

    init(_ visit: Visit) throws {
        self.visit = visit
        regions = try visit.regions()
    }

    private var place: String { Shown.place(visit.parameter("region"), "keys") }
    private var search: String { visit.query("search").trimmed }

    func show() async throws -> View {
        var table = Table(
            label: "Keys",
            columns: ["Key ID", "Aliases", "Region", "Status", "Managed by", "Key spec", "Description", "Created"]
        )
        var listing = RegionalListing()
        for region in regions {
            let next = { (marker: String) in Shown.place(Shown.place(region.rawValue, "keys"), [("next", marker)]) }
            try await listing.read(region, "Listing the keys of \(region)", next: next) {
                let (keys, marker) = try await keys(of: region)
                table.rows += keys.map { row($0.key, $0.aliases, region) }
                return marker
            }
        }
        var view = View(
            title: "Keys",
            template: "list",
            values: [
                "hasRegions": true, "hasSearch": true, "path": place, "search": search, "searchHint": "Key ID or alias",
                "isFiltered": !search.isEmpty,
                "links": [["title": "Create key", "href": CreateKeyPage.place(visit.parameter("region"))] as Values],
                "table": table.rows.isEmpty ? nil : table.values, "isEmpty": table.rows.isEmpty && listing.refusals.isEmpty,
                "empty": search.isEmpty
                    ? "There is no key yet. What is encrypted without one is under the account's default key. Make one here, or with:"
                    : "No key has “\(search)” in its ID or an alias.",
                "command": search.isEmpty ? "aws kms create-key --description TEXT" : nil,
                "first": visit.query("next").isEmpty ? nil : place,
            ]
        )
        listing.tell(on: &view)
        view.section = "keys"
        view.region = visit.parameter("region")
        return view
    }

    private func row(_ key: KMSKey, _ aliases: [String], _ region: Region) -> [Cell] {
        [
            .link(key.keyId, to: KMSKey.place(region, key.keyId)), .names(aliases), .text(region.rawValue), key.state,
            .text(key.isAWSManaged ? "AWS" : "Customer"), .text(key.keySpec), .text(key.description), .seconds(key.creationDate),
        ]
    }

    private typealias NamedKey = (key: KMSKey, aliases: [String])

    /// A page of them with their aliases, and what leads to the next.
    private func keys(of region: Region) async throws -> ([NamedKey], String?) {
        let aliases = try await visit.aliases(in: region)
        let (ids, marker) = try await ids(in: region, aliases)
        var keys: [NamedKey] = []
        for id in ids {
            let names = aliases.filter { $0.targetKeyId == id }.map(\.aliasName)
            do {
                keys.append((try await visit.key(id, in: region), names))
            } catch let refusal as CallRefusal where refusal.code == "AccessDeniedException" {
                // The key's own policy lets nobody see it whom it does not name.
                keys.append((.unseen(id), names))
            }
        }
        return (keys, marker)
    }

    private func ids(in region: Region, _ aliases: [KMSAnswer.Aliases.Entry]) async throws -> ([String], String?) {
        guard search.isEmpty else {
            let named = aliases.filter { $0.aliasName.contains(search) || $0.targetKeyId == search }.compactMap(\.targetKeyId)
            var ids = named.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            // One without an alias is found by its whole ID.
            if ids.isEmpty, search.count == 36, let key = try? await visit.key(search, in: region) { ids = [key.keyId] }
            return (Array(ids.prefix(Self.pageSize)), nil)
        }
        let next = visit.query("next")
        let size = min(Self.pageSize, max(1, Self.rowsMax / regions.count))
        let question = KMSPage(limit: size, marker: next.isEmpty ? nil : next)
        let page: KMSAnswer.Keys = try await visit.kms("ListKeys", in: region, question)
        return (page.keys.map(\.keyId), page.nextMarker)
    }
}

extension KMSKey {
    /// One that is there, and that its own policy hides.
    fileprivate static func unseen(_ id: String) -> KMSKey {
        KMSKey(
            keyId: id,
            arn: "",
            creationDate: nil,
            description: "not to be seen by you",
            keyUsage: "",
            keyState: "unknown",
            deletionDate: nil,
            keyManager: "CUSTOMER",
            keySpec: ""
        )
    }
}
