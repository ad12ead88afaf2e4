/// A structure that writes its members, one element each, in the order of the service model.
package protocol XMLEncodable: Sendable {
    func write(to xml: inout XMLWriter)
}

/// An answer without members.
package struct XMLEmpty: XMLEncodable {
    package init() {}

    package func write(to xml: inout XMLWriter) {}
}

/// `<return>true</return>`, the answer of EC2 actions that return nothing else.
package struct XMLReturnTrue: XMLEncodable {
    package init() {}

    package func write(to xml: inout XMLWriter) {
        xml.element("return", true)
    }
}
