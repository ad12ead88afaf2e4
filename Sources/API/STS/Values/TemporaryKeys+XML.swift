import Domain
import Services
import Wire

extension TemporaryKeys {
    /// What all actions that begin a session answer.
    func write(to xml: inout XMLWriter) {
        xml.element("Credentials") { xml in
            xml.element("AccessKeyId", accessKeyID)
            xml.element("SecretAccessKey", secretAccessKey)
            xml.element("SessionToken", sessionToken)
            xml.element("Expiration", Timestamp.wholeSeconds(expiresAt))
        }
        if let packedPercent { xml.element("PackedPolicySize", packedPercent) }
    }
}

extension Call {
    /// Of the role, as it is asked for.
    func role(_ name: RoleARN) -> PolicyResource { .named(name.arn) }

    /// Of whom the caller vouches for.
    func federatedUser(_ name: String) -> PolicyResource {
        .named(
            ARN(partition: region.partition, service: "sts", region: "", account: account.rawValue, resource: "federated-user/\(name)")
        )
    }
}
