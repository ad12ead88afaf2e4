/// The parts of an HTTP request that a signature covers.
package struct SignableRequest: Sendable {
    package var method: String
    package var target: RequestTarget
    /// In the order sent, `host` included (with its port, when the client sends one).
    package var headers: [(name: String, value: String)]

    package init(method: String, target: RequestTarget, headers: [(name: String, value: String)]) {
        self.method = method
        self.target = target
        self.headers = headers
    }

    /// The values of a header by its name in lower case, in the order sent.
    func values(of lowercasedName: String) -> [String] {
        headers.filter { $0.name.lowercased() == lowercasedName }.map(\.value)
    }

    /// The one name or address that the request is sent to, with its port. A bucket may stand in front of it.
    package func host() throws(RequestError) -> String {
        let values = values(of: "host")
        guard values.count <= 1 else { throw .malformed("The request has more than one Host header") }
        let isName = values.allSatisfy { host in
            host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._:[]".utf8.contains(byte)
                }
            }
        }
        guard isName else { throw .malformed("The Host header is neither a name nor an address") }
        return values.first ?? ""
    }

    /// A header that stands in a query, by its name in lower case: what could not stand in a header is refused, since a value with a line
    /// break, or a name with a colon, could be read as another header.
    static func checkHoisted(_ name: String, _ value: String) throws(SignatureError) {
        let isToken = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        guard isToken else { throw .malformed("the query has a parameter that cannot be the name of a header") }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .malformed("the parameter \(name) has a character that cannot stand in a header")
        }
    }
}
