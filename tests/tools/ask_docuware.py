"""A DocuWare client that is not ours (PyPI docuware-client) finds a stored document.

ask_docuware.py URL USER PASSWORD DELIVERY_ID; prints the number of documents with that id.
"""
import sys

from docuware import DocuwareClient

url, user, password, delivery = sys.argv[1:]
client = DocuwareClient(url)
client.login(user, password)
cabinet = next(iter(next(iter(client.organizations)).file_cabinets))
print(sum(1 for _ in cabinet.search_dialog().search({"ZUSTELLUNG": delivery})))
