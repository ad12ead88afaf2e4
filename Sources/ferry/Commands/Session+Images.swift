import Client
import Files
import Foundation
import Services

/// What several commands want to know of images.
extension Session {
    /// A name that is taken, or that cannot be, would only be refused after the upload.
    func checkIsFree(imageName name: String) async throws {
        if let objection = ImageNameRule.objection(to: name) { throw Refusal("\(objection) (--name)") }
        let taken = try await doing("looking for images named '\(name)' in \(region)") {
            try await client.ownImages(named: name, region: region).first
        }
        if let taken {
            throw Refusal(
                "the name '\(name)' is taken by \(taken.id) in \(region)",
                advice: "Give another --name, or remove it with `ferry rm`."
            )
        }
    }

    func waitUntilAvailable(_ id: String) async throws {
        var pace = pace
        while true {
            guard let image = try await client.image(id, region: region) else {
                throw Refusal("the image was deregistered while it was waited for")
            }
            switch image.state {
            case "available": return
            case "pending", "transient": try await pace.wait()
            default: throw Refusal("the image is \(image.state): \(image.stateReason ?? "the server gave no reason")")
            }
        }
    }

    /// Where the manifest of an instance-store image stands.
    ///
    /// - Parameter advice: what to do with an EBS image instead.
    func manifest(of id: String, else advice: String) async throws -> ObjectPlace {
        try await doing("looking up \(id) in \(region)") {
            guard let image = try await client.image(id, region: region) else { throw Refusal("the image was deregistered") }
            guard image.isInstanceStore else {
                throw Refusal("it is an EBS image: its disks are snapshots, and it has no bundle", advice: advice)
            }
            guard let place = ObjectPlace(location: image.location) else {
                throw Refusal("its location '\(image.location)' is not a manifest in a bucket")
            }
            return place
        }
    }
}
