// Drives npm's `leadsquared-sdk` against a sandbox: `node sdk_driver.cjs HOST ACCESS SECRET`; prints its answers as JSON.
const sdk = require("leadsquared-sdk");

async function main(host, accessKey, secretKey) {
  const Leadsquared = sdk.default ?? sdk.Leadsquared;
  const client = new Leadsquared({ host: `http://${host}/v2/`, accessKey, secretKey });
  const leads = client.lead ?? client.leadManagement;
  const call = (...names) => leads[names.find((name) => leads[name])].bind(leads);
  const person = [
    { Attribute: "FirstName", Value: "Asha" },
    { Attribute: "EmailAddress", Value: "asha@example.com" },
  ];
  const answers = {};
  answers.created = await call("createLead")(person);
  answers.captured = await call("capture", "captureLead")(person);
  answers.either = await call("createOrUpdate", "updateLead")(person, false);
  answers.refused = await call("createLead")(person).then(
    () => "created",
    (error) => error.ExceptionType ?? error.response?.data?.ExceptionType ?? String(error),
  );
  console.log(JSON.stringify(answers));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
