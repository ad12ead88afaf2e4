import HTTPTypes

/// What every answer tells the browser to keep out.
enum SecurityHeaders {
    /// Nothing is run, shown or asked for that this server does not serve as a file; no page stands in the frame of another.
    static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
        frame-ancestors 'none'; base-uri 'none'
        """

    static let all: HTTPFields = [
        .contentSecurityPolicy: policy,
        .xContentTypeOptions: "nosniff",
        named("X-Frame-Options"): "DENY",
        // Ids stand in addresses, and are nobody else's business.
        named("Referrer-Policy"): "same-origin",
        named("Cross-Origin-Opener-Policy"): "same-origin",
        named("Cross-Origin-Resource-Policy"): "same-origin",
        named("Permissions-Policy"): "camera=(), geolocation=(), microphone=()",
    ]

    private static func named(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return field
    }
}
