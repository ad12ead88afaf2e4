import Wire

/// With whom `ferry share` shares.
package enum SharingPartner: Hashable, Sendable {
    case everyone
    case account(String)
    case organization(String)
    case organizationalUnit(String)

    /// Reads `all`, an account of 12 digits, or the ARN of an organization or of one of its units.
    package init?(_ text: String) {
        if text == "all" {
            self = .everyone
        } else if text.utf8.count == 12, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            self = .account(text)
        } else if text.contains(":organizations:"), text.contains(":organization/") {
            self = .organization(text)
        } else if text.contains(":organizations:"), text.contains(":ou/") {
            self = .organizationalUnit(text)
        } else {
            return nil
        }
    }

    package var text: String {
        switch self {
        case .everyone: "all"
        case .account(let text), .organization(let text), .organizationalUnit(let text): text
        }
    }

    /// The parameter that names it, in an element of a permission.
    package var parameter: (name: String, value: String) {
        switch self {
        case .everyone: ("Group", text)
        case .account: ("UserId", text)
        case .organization: ("OrganizationArn", text)
        case .organizationalUnit: ("OrganizationalUnitArn", text)
        }
    }
}

extension AWSClient {
    /// Adds to the launch permissions of an image, or takes away from them.
    package func shareImage(_ id: String, with partner: SharingPartner, removing: Bool, region: String) async throws {
        let change = ("LaunchPermission.\(removing ? "Remove" : "Add").1.\(partner.parameter.name)", partner.parameter.value)
        _ = try await ec2("ModifyImageAttribute", [("ImageId", id), change], region: region)
    }

    /// How many permissions of a snapshot can be changed in a call.
    private static let snapshotChangesMax = 500

    /// Adds to those who may create volumes of a snapshot, and copy it, or takes away from them: accounts, or everybody.
    package func shareSnapshot(_ id: String, with partners: [SharingPartner], removing: Bool, region: String) async throws {
        let list = "CreateVolumePermission.\(removing ? "Remove" : "Add")"
        for start in stride(from: 0, to: partners.count, by: Self.snapshotChangesMax) {
            let changes = partners[start...].prefix(Self.snapshotChangesMax).enumerated().map { number, partner in
                ("\(list).\(number + 1).\(partner.parameter.name)", partner.parameter.value)
            }
            _ = try await ec2("ModifySnapshotAttribute", [("SnapshotId", id)] + changes, region: region)
        }
    }
}
