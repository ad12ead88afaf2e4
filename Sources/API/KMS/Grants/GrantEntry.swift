import Domain
import Services
import Wire

/// A grant in a listing.
struct GrantEntry: JSONEncodable {
    let grant: KeyGrant
    let region: Region

    func write(to json: inout JSONWriter) {
        json.member("KeyId", KeyARN(region: region, account: grant.issuer, resource: .key(grant.key)).description)
        json.member("GrantId", grant.id)
        json.member("Name", grant.name ?? "")
        json.member("CreationDate", grant.createdAt)
        json.member("GranteePrincipal", grant.grantee)
        json.member("RetiringPrincipal", grant.retiringPrincipal)
        json.member("IssuingAccount", "arn:\(region.partition):iam::\(grant.issuer):root")
        json.list("Operations", grant.operations.map(\.rawValue))
        switch grant.constraint {
        case .contextEquals(let context): Self.write(context, as: "EncryptionContextEquals", to: &json)
        case .contextContains(let context): Self.write(context, as: "EncryptionContextSubset", to: &json)
        case nil: break
        }
    }

    private static func write(_ context: EncryptionContext, as name: String, to json: inout JSONWriter) {
        json.object("Constraints") { json in
            json.object(name) { json in
                for pair in context.pairs {
                    json.member(String(decoding: pair.key, as: UTF8.self), String(decoding: pair.value, as: UTF8.self))
                }
            }
        }
    }
}
