/// What was done, told once on the page that one is led to. An address names which; the words are here, so that nobody else's stand on a page.
struct Notice {
    private static let texts = [
        "copying": "The copies are under way. They are below, with what has moved.",
        "deregistered": "The image is deregistered.",
        "deregistered-with-snapshots": "The image is deregistered, and its snapshots are deleted.",
        "copying-several": "The copies are under way.",
        "deregistered-several": "The images are deregistered.",
        "is-changed": "It is changed.",
        "restored": "It is back from the Recycle Bin.",
        "shared": "It is shared.",
        "unshared": "It is not shared any more.",
        "registered": "The image is there.",
        "imaging": "The image is being made.",
        "copying-snapshot": "The copy is under way.",
        "uploaded": "The object is there.",
        "is-created": "It is made.",
        "is-deleted": "It is deleted.",
        "attaching": "The volume is being attached.",
        "detaching": "The volume is being detached.",
        "launched": "The instance is being launched.",
        "starting": "The instance is being started.",
        "stopping": "The instance is being stopped.",
        "terminating": "The instance is being terminated.",
        "rebooting": "The instance is being rebooted.",
        "changed": "The change is made.",
        "created": "It is made.",
        "closed": "The account is closed.",
        "deletion-scheduled": "The key is disabled, and deleted when the waiting period is over. Until then it can be cancelled.",
        "switched": "You act as the role now. What you do is done with its rights.",
        "switched-back": "You act as yourself again.",
        "deleted": "It is deleted.",
        "tagged": "The tags are changed.",
        "signed-out": "You are signed out.",
        "session-ended": "The session is ended.",
    ]

    let text: String

    /// Nil where the address names none.
    init?(of visit: Visit) {
        guard let text = Self.texts[visit.query("notice")] else { return nil }
        self.text = text
    }

    var values: Values { ["text": text] }
}
