extension SignatureClaim {
    /// The headers that a request is made under, as `If-None-Match`, and what its body must be: a link that carries one must not be obeyed
    /// without it.
    static let conditions: Set<String> = ["content-md5", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since"]

    /// `x-amz-…` and such conditions that stand in the query of a presigned request in the place of headers, where the SDKs for Go and JavaScript
    /// put them. Names in lower case, without those of the signature itself; none for a signature in a header.
    package func hoistedHeaders(of request: SignableRequest) throws(SignatureError) -> [(name: String, value: String)] {
        guard isPresigned else { return [] }
        var hoisted: [(name: String, value: String)] = []
        for parameter in request.target.query.parameters where !PresignedParameter.all.contains(parameter.name) {
            let name = parameter.name.lowercased()
            guard name.hasPrefix("x-amz-") || Self.conditions.contains(name) else { continue }
            try SignableRequest.checkHoisted(name, parameter.value)
            guard !hoisted.contains(where: { $0.name == name }) else { throw .malformed("\(name) is given more than once") }
            hoisted.append((name, parameter.value))
        }
        return hoisted
    }

    /// The headers that a request is obeyed in: those that are sent and those that its query carries. One that is in both counts as it is
    /// sent only where the signature covers that: whoever follows a link could send any other.
    package func obeyedHeaders(of request: SignableRequest) throws(SignatureError) -> [(name: String, value: String)] {
        let sent = Set(request.headers.map { $0.name.lowercased() })
        let added = try hoistedHeaders(of: request).filter { !sent.contains($0.name) || !signedHeaders.contains($0.name) }
        let names = Set(added.map(\.name))
        return request.headers.filter { !names.contains($0.name.lowercased()) } + added
    }
}
