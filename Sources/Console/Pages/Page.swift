import API

/// A page of the console: made for one request, shown for GET and told a form for POST.
protocol Page: Sendable {
    /// Below the console's root. A part in braces stands for any one: `{region}/images/{id}`.
    static var path: String { get }
    /// Whether it is for who has not signed in as well.
    static var isForStrangers: Bool { get }

    /// How a POST comes: a form with the token in it, of so many bytes at most; or nil for bytes, which the page reads itself, with the token in a
    /// header.
    static var formBytesMax: Int? { get }

    /// - Throws: `PageFault` for what cannot be read.
    init(_ visit: Visit) throws

    /// - Throws: `CallRefusal`, `PageFault`.
    func show() async throws -> View

    /// What is answered in place of a page, such as bytes to keep; nil for a page.
    ///
    /// - Throws: `CallRefusal`, `PageFault`.
    func answer() async throws -> Reply?

    /// Obeys the page's form.
    ///
    /// - Throws: `CallRefusal`, which the page then shows beside what was entered; `PageFault`.
    func submit() async throws -> Reply
}

extension Page {
    static var isForStrangers: Bool { false }
    static var formBytesMax: Int? { 1 << 17 }

    func answer() async throws -> Reply? { nil }

    func submit() async throws -> Reply { throw PageFault(status: 405, code: "MethodNotAllowed", message: "This page has no form.") }
}

/// What a page shows, before it is HTML.
struct View {
    var title: String
    /// The template of what stands within the layout.
    var template: String
    var values: Values
    /// The templates, of those that the page holds, whose parts change while one looks at it.
    var live: [String] = []
    /// Whether something is under way, so that a look now and one in a moment are not the same.
    var isMoving = false
    var status = 200
    /// What was refused of the form that was sent, or of a part of the page.
    var refusals: [CallRefusal] = []
    /// Which entry of the navigation the page belongs to.
    var section = ""
    /// The Region that the page is of; nil for all.
    var region: String?
}
