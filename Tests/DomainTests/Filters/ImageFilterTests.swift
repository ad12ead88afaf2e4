import Domain
import Testing

@Suite struct ImageFilterTests {
    @Test(arguments: Image.filterNames.sorted())
    func everyNameIsAnswered(_ name: String) throws {
        #expect(Image.sample().texts(forFilter: name) != nil)
        // Matching must not throw, whatever it answers.
        _ = try Image.sample().matches([Filter(name: name, values: ["*"])])
    }

    @Test func unknownNamesThrow() {
        for name in ["colour", "", "Name", "tag", "volume-id", "block-device-mapping"] {
            #expect(Image.sample().texts(forFilter: name) == nil)
            let fault = #expect(throws: Fault.self) { try Image.sample().matches([Filter(name: name, values: ["*"])]) }
            #expect(fault?.code == .invalidParameterValue)
            #expect(fault?.message == "The filter '\(name)' is invalid")
        }
    }

    @Test(arguments: [
        ("architecture", ["x86_64"]), ("block-device-mapping.device-name", ["/dev/sda1", "/dev/sdb", "/dev/sdc", "/dev/sdd"]),
        ("block-device-mapping.delete-on-termination", ["true", "false"]),
        ("block-device-mapping.snapshot-id", ["snap-0aaaaaaaaaaaaaaaa"]), ("block-device-mapping.volume-size", ["8", "100"]),
        ("block-device-mapping.volume-type", ["gp3", "io2"]), ("block-device-mapping.encrypted", ["false", "false"]),
        ("creation-date", ["2026-11-22T19:34:32.000Z"]), ("description", ["The web server"]), ("ena-support", ["true"]),
        ("hypervisor", ["xen"]), ("image-id", ["ami-0fedcba9876543210"]), ("image-type", ["machine"]), ("is-public", ["false"]),
        ("kernel-id", ["aki-00000001"]), ("manifest-location", ["123456789012/web server 1"]), ("name", ["web server 1"]),
        ("owner-alias", []), ("owner-id", ["123456789012"]), ("platform", []), ("ramdisk-id", ["ari-00000002"]),
        ("root-device-name", ["/dev/sda1"]), ("root-device-type", ["ebs"]), ("source-image-id", ["ami-0123456789abcdef0"]),
        ("source-image-region", ["us-west-2"]), ("source-instance-id", []), ("state", ["failed"]),
        ("state-reason-code", ["Server.InternalError"]), ("state-reason-message", ["It broke"]), ("sriov-net-support", ["simple"]),
        ("virtualization-type", ["hvm"]), ("image-watermark.watermark-key", []),
    ])
    func readsTheField(_ name: String, _ texts: [String]) {
        #expect(Image.sample().texts(forFilter: name) == texts)
    }

    @Test func instanceStoreImagesAreFoundByTheirManifest() {
        var image = Image.sample()
        image.bundle = ImageBundle(manifest: known("bucket/web/m.xml"), version: "null", etag: "e", imageBytes: 1, bundleBytes: 1)
        #expect(image.texts(forFilter: "root-device-type") == ["instance-store"])
        #expect(image.texts(forFilter: "manifest-location") == ["bucket/web/m.xml"])
        image.rootDeviceName = ""
        #expect(image.texts(forFilter: "root-device-name") == [])
    }

    @Test func whatIsNotSetMatchesNothing() throws {
        let image = Image.sample(stateReason: nil, devices: [], source: nil)
        for name in ["state-reason-code", "source-image-id", "source-image-region", "block-device-mapping.snapshot-id"] {
            #expect(try !image.matches([Filter(name: name, values: ["*"])]), "\(name)")
        }
    }

    @Test func valuesAreAlternativesAndFiltersAllHold() throws {
        let image = Image.sample()
        let name = Filter(name: "name", values: ["db*", "web*"])
        #expect(try image.matches([]))
        #expect(try image.matches([name]))
        #expect(try image.matches([name, Filter(name: "state", values: ["failed"])]))
        #expect(try !image.matches([name, Filter(name: "state", values: ["available"])]))
        #expect(try !image.matches([Filter(name: "name", values: ["WEB*"])]))
        #expect(try !image.matches([Filter(name: "name", values: [])]))
    }

    @Test func tagsAreFoundByKeyByValueAndByPair() throws {
        let image = Image.sample()
        #expect(try image.matches([Filter(name: "tag:stage", values: ["T?st"])]))
        #expect(try !image.matches([Filter(name: "tag:stage", values: ["web"])]))
        #expect(try !image.matches([Filter(name: "tag:Stage", values: ["*"])]))
        #expect(try !image.matches([Filter(name: "tag:", values: ["*"])]))
        #expect(try image.matches([Filter(name: "tag-key", values: ["Name"])]))
        #expect(try !image.matches([Filter(name: "tag-key", values: ["web"])]))
        #expect(try image.matches([Filter(name: "tag-value", values: ["web"])]))
        #expect(try !image.matches([Filter(name: "tag-value", values: ["Name"])]))
        #expect(try !Image.sample(tags: []).matches([Filter(name: "tag-key", values: ["*"])]))
    }
}
