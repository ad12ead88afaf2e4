import API
import Domain
import HTTPTypes
import Services
import Wire

/// What stands around every page: who has signed in, the navigation, the Regions.
enum Layout {
    private struct Section {
        let name: String
        let title: String
        /// Below a Region, or below `all` where it lists all of them.
        let path: String
        let key: String
    }

    private static let sections = [
        Section(name: "overview", title: "Overview", path: "", key: "o"),
        Section(name: "images", title: "Images", path: "{region}/images", key: "i"),
        Section(name: "snapshots", title: "Snapshots", path: "{region}/snapshots", key: "s"),
        Section(name: "volumes", title: "Volumes", path: "{region}/volumes", key: "v"),
        Section(name: "instances", title: "Instances", path: "{region}/instances", key: "n"),
        Section(name: "recycle-bin", title: "Recycle Bin", path: "{region}/recycle-bin", key: "b"),
        Section(name: "buckets", title: "Buckets", path: "buckets", key: "t"),
        Section(name: "users", title: "Users", path: "users", key: "u"),
        Section(name: "accounts", title: "Accounts", path: "accounts", key: "a"),
        Section(name: "keys", title: "Keys", path: "{region}/keys", key: "k"),
    ]

    static func values(of view: View, for visit: Visit) -> Values {
        var values: Values = [
            "root": Console.root,
            "files": StaticFiles.root,
            "version": EmbeddedFiles.version,
            "title": view.title,
            "isMoving": view.isMoving && visit.request.method != .post,
            "refusals": view.refusals.map(\.values),
            "tokenField": FormToken.field,
            "token": visit.formSecret.map { FormToken(for: $0).text },
            "notice": Notice(of: visit)?.values,
            "requestID": visit.requestID,
        ]
        if !view.live.isEmpty { values["live"] = live(visit) }
        guard let signedIn = visit.signedIn else { return values }
        let principal = signedIn.key.principal
        values["isSignedIn"] = true
        values["who"] = principal.consoleName
        values["account"] = principal.account.rawValue
        values["isInRole"] = signedIn.session.role != nil
        values["roleName"] = signedIn.session.role == nil ? nil : SwitchRolePage.displayName(visit)
        let region = view.region ?? "all"
        values["sections"] = sections.map { section -> Values in
            [
                "title": section.title,
                "href": Console.root + section.path.replacing("{region}", with: region),
                "isCurrent": section.name == view.section,
                "key": section.key,
            ]
        }
        if !view.section.isEmpty, let section = sections.first(where: { $0.name == view.section }), section.path.contains("{region}") {
            values["regions"] = (["all"] + visit.console.regions.map(\.rawValue)).map { name -> Values in
                [
                    "name": name == "all" ? "All Regions" : name,
                    "href": Console.root + section.path.replacing("{region}", with: name),
                    "isCurrent": name == region,
                ]
            }
        }
        return values
    }

    /// The stream of what changes on the page that the visit is of.
    private static func live(_ visit: Visit) -> String {
        let target = visit.request.target
        let query = target.query.encoded
        return Console.root + "live/" + target.path.encoded.dropFirst(Console.root.count) + (query.isEmpty ? "" : "?" + query)
    }
}

extension Principal {
    /// As the corner of a page has it.
    var consoleName: String {
        switch kind {
        case .rootUser: "root user"
        case .user(let user): user.name
        case .role(let role): "\(role.name)/\(role.session)"
        case .federatedUser(let name, _): name
        case .anonymous: "nobody"
        }
    }
}
