import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.File;
import java.io.FileInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Validates by the library's own default policy (ETSI EN 319 102-1), fetching nothing, trusting one anchor. */
public class Dss {
    public static void main(String[] arguments) throws Exception {
        var trusted = new CommonTrustedCertificateSource();
        try (var in = new FileInputStream(arguments[0])) {
            for (var c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.addCertificate(new CertificateToken((X509Certificate) c));
            }
        }
        var verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        var bad = 0;
        for (var name : List.of(arguments).subList(1, arguments.length)) {
            var validator = SignedDocumentValidator.fromDocument(new FileDocument(name));
            validator.setCertificateVerifier(verifier);
            var stem = name.replaceAll("\\.ers$", "");
            var detached = new ArrayList<DSSDocument>();
            for (var ending : List.of(".content", ".pdf", ".record.json")) {
                if (new File(stem + ending).isFile() && !name.endsWith(ending)) {
                    detached.add(new FileDocument(stem + ending));
                }
            }
            if (!detached.isEmpty()) {
                validator.setDetachedContents(detached);
            }
            var report = validator.validateDocument().getSimpleReport();
            var ids = new ArrayList<String>(report.getSignatureIdList());
            ids.addAll(report.getEvidenceRecordIdList());
            if (ids.isEmpty()) {
                System.out.println("FAIL " + name + " nothing signed");
                bad++;
            }
            for (var id : ids) {
                var indication = report.getIndication(id);
                var good = indication == Indication.TOTAL_PASSED || indication == Indication.PASSED;
                var level = report.getSignatureFormat(id);
                System.out.println((good ? "PASS " : "FAIL ") + name + " " + level + " " + indication + " "
                    + report.getSubIndication(id) + " " + reasons(report, id));
                bad += good ? 0 : 1;
            }
        }
        System.exit(bad == 0 ? 0 : 1);
    }

    private static String reasons(SimpleReport report, String id) {
        var all = new ArrayList<String>();
        report.getAdESValidationErrors(id).forEach(m -> all.add(m.getValue()));
        report.getAdESValidationWarnings(id).forEach(m -> all.add("warning: " + m.getValue()));
        return String.join("; ", all);
    }
}
