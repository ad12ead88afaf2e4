import Domain
import Services
import Wire

/// Has no image of the account become public in the Region (docs/behaviour/sharing.md, "Block public access").
struct EnableImageBlockPublicAccess: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableImageBlockPublicAccess")]

    private enum State: String, QueryScalar {
        case blockNewSharing = "block-new-sharing"
    }

    init(from query: QueryReader) throws(RequestError) {
        let _: State = try query["ImageBlockPublicAccessState"]
    }

    func run(in call: Call) async throws -> ImageBlockAnswer {
        try await SharingControls(call).block(ImageBlockPublicAccess.blockNewSharing)
        return ImageBlockAnswer(state: .blockNewSharing)
    }
}

/// Lets images of the account become public in the Region.
struct DisableImageBlockPublicAccess: EC2Action {
    static let permissions = [Permission<Self>("ec2:DisableImageBlockPublicAccess")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> ImageBlockAnswer {
        try await SharingControls(call).block(ImageBlockPublicAccess.unblocked)
        return ImageBlockAnswer(state: .unblocked)
    }
}

struct GetImageBlockPublicAccessState: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetImageBlockPublicAccessState")]

    init(from query: QueryReader) throws(RequestError) {}

    func run(in call: Call) async throws -> Managed<ImageBlockAnswer> {
        Managed(answer: ImageBlockAnswer(state: try await SharingControls(call).settings().images))
    }
}

struct ImageBlockAnswer: XMLEncodable {
    let state: ImageBlockPublicAccess

    func write(to xml: inout XMLWriter) { xml.element("imageBlockPublicAccessState", state.rawValue) }
}

/// A setting, and who has set it: the account, as Ferry has no declarative policies.
struct Managed<Answer: XMLEncodable>: XMLEncodable {
    let answer: Answer

    func write(to xml: inout XMLWriter) {
        answer.write(to: &xml)
        xml.element("managedBy", "account")
    }
}
