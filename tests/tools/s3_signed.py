# Whether a signed address carries the signature that botocore gives it: s3_signed.py METHOD:ADDRESS SECRET
import sys
from urllib.parse import parse_qs, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

method, address = sys.argv[1].split(":", 1)
query = {name: values[0] for name, values in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}
given = query["X-Amz-Signature"]
key, day, region, service, _ = query["X-Amz-Credential"].split("/")
bare = "&".join(part for part in urlsplit(address).query.split("&") if not part.startswith("X-Amz-Signature="))
request = AWSRequest(method, address.split("?")[0] + "?" + bare)
request.context["timestamp"] = query["X-Amz-Date"]
signer = S3SigV4QueryAuth(Credentials(key, sys.argv[2]), service, region)
canonical = signer.canonical_request(request)
signature = signer.signature(signer.string_to_sign(request, canonical), request)
print("same" if signature == given else "different")
