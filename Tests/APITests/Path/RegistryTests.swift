import API
import Foundation
import Testing

@Suite struct RegistryTests {
    private static let services: Set<String> = [
        "ebs", "ec2", "ferry", "iam", "kms", "organizations", "rbin", "s3", "servicequotas", "sts",
    ]

    @Test func everyActionNeedsPermissionsOfKnownServices() {
        for action in RegisteredAction.all {
            #expect(!action.permissions.isEmpty, "\(action.service) \(action.name) declares no permission")
            #expect(Set(action.permissions).count == action.permissions.count, "\(action.name) names a permission twice")
            for permission in action.permissions {
                let parts = permission.split(separator: ":")
                #expect(parts.count == 2 && Self.services.contains(String(parts[0])), "\(action.name) needs '\(permission)'")
            }
        }
    }

    @Test func noActionIsThereTwice() {
        let names = RegisteredAction.all.map { "\($0.service) \($0.name)" }
        #expect(Set(names).count == names.count)
        #expect(Set(RegisteredAction.all.map(\.service)) == Self.services)
    }

    /// docs/permissions.md is the list of the registry; `FERRY_WRITE_DOCS=1` writes it.
    @Test func thePageOfPermissionsIsTrue() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/permissions.md").standardizedFileURL
        let text = Self.page
        if ProcessInfo.processInfo.environment["FERRY_WRITE_DOCS"] == "1" { try text.write(to: page, atomically: true, encoding: .utf8) }
        let written = try String(contentsOf: page, encoding: .utf8)
        #expect(written == text, "script/coverage writes docs/permissions.md anew")
    }

    private static var page: String {
        let head = """
            # Permissions

            What the caller must be allowed to do for each action, by the names that policies have for it. An action with several needs all of \
            those that the request calls for: tags, for example, only where it brings some. The resources that they are about stand in the \
            code of the action.

            docs/behaviour/policies.md says how it is decided; the root user of an account may do all of it there, but for what service control \
            policies and the policies of buckets and keys deny.

            """
        let rows = RegisteredAction.all.map { action in
            let who = action.needsNoPermission ? ", which everybody has" : action.isUnlessDenied ? ", which nobody needs to be allowed" : ""
            return "| \(action.service) | \(action.name) | \(action.permissions.map { "`\($0)`" }.joined(separator: ", "))\(who) |"
        }
        return ([head, "| service | action | permissions |", "|---|---|---|"] + rows).joined(separator: "\n") + "\n"
    }
}
