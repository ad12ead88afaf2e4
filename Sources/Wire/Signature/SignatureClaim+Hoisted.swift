extension SignatureClaim {
    /// The headers that a request is made under, as `If-None-Match`: a link that carries one must not be obeyed without it.
    static let conditions: Set<String> = ["if-match", "if-modified-since", "if-none-match", "if-unmodified-since"]

    /// `x-amz-…` and conditions that stand in the query of a presigned request in the place of headers, where the SDKs for Go and JavaScript
    /// put them. Names in lower case, without those of the signature itself; none for a signature in a header.
    package func hoistedHeaders(of request: SignableRequest) throws(SignatureError) -> [(name: String, value: String)] {
        guard isPresigned else { return [] }
        let pairs: [(name: String, value: String)]
        do {
            pairs = try FormEncoding.decode(Array(request.query.utf8))
        } catch {
            throw .malformed(error.message)
        }
        var hoisted: [(name: String, value: String)] = []
        for pair in pairs where !PresignedParameter.all.contains(pair.name) {
            let name = pair.name.lowercased()
            guard name.hasPrefix("x-amz-") || Self.conditions.contains(name) else { continue }
            guard !hoisted.contains(where: { $0.name == name }) else { throw .malformed("\(name) is given more than once") }
            hoisted.append((name, pair.value))
        }
        return hoisted
    }
}
