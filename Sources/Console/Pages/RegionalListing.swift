import Domain

/// What is listed of several Regions, one after the other: a Region that refuses does not hide the others.
struct RegionalListing {
    private(set) var refusals: [CallRefusal] = []
    /// Where the next page of each Region is that has one.
    private(set) var more: [Values] = []

    /// - Parameters:
    ///   - doing: what is told beside a refusal: `Listing the images of us-east-1`.
    ///   - place: of the next page, by its token.
    ///   - list: lists the Region; answers the token of its next page, if there is one.
    /// - Throws: what is no refusal.
    mutating func read(_ region: Region, _ doing: String, next place: (String) -> String, _ list: () async throws -> String?) async throws {
        do {
            guard let token = try await list(), !token.isEmpty else { return }
            more.append(["region": region.rawValue, "href": place(token)])
        } catch var refusal as CallRefusal {
            refusal.doing = doing
            refusals.append(refusal)
        }
    }

    /// Tells on a page what could not be listed, and where there is more.
    func tell(on view: inout View) {
        view.refusals = refusals
        view.values["more"] = more
        view.values["hasMore"] = !more.isEmpty
    }
}
