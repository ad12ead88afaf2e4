import Domain
import Services
import Wire

/// Keeps an image from being deregistered (docs/behaviour/image-life.md, "Deregistration protection").
struct EnableImageDeregistrationProtection: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableImageDeregistrationProtection") { [$1.image($0.imageID)] }]

    private let imageID: String
    private let hasCooldown: Bool

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        hasCooldown = try query["WithCooldown"] ?? false
    }

    func run(in call: Call) async throws -> ProtectionAnswer {
        ProtectionAnswer(protection: try await Images(call).protect(imageID, withCooldown: hasCooldown))
    }
}

/// Lets an image be deregistered again: at once, or when its cooldown is over.
struct DisableImageDeregistrationProtection: EC2Action {
    static let permissions = [Permission<Self>("ec2:DisableImageDeregistrationProtection") { [$1.image($0.imageID)] }]

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) { imageID = try query["ImageId"] }

    func run(in call: Call) async throws -> ProtectionAnswer {
        ProtectionAnswer(protection: try await Images(call).unprotect(imageID))
    }
}

/// `return` is no flag here: it says what holds now.
struct ProtectionAnswer: XMLEncodable {
    let protection: DeregistrationProtection

    func write(to xml: inout XMLWriter) { xml.element("return", protection.text) }
}
